using System.Reflection;
using Lethe.Operators;

namespace Lethe.Tests.Operators;

[Collection(typeof(TorchCollection))]
public class OwnOperationsTests
{
    private static InvalidOperationException Unexpected => new("It is not to be asked.");

    [Fact]
    public void Available_TestedVersion_IsTrueWithoutReason()
    {
        Assert.Null(OwnOperations.Reason);
        Assert.True(OwnOperations.Available);
    }

    [Theory]
    [InlineData("0.106.9.0")]
    [InlineData("0.108.0.0")]
    [InlineData("1.0.0.0")]
    [InlineData(null)]
    public void Decide_OtherVersion_IsAgainstWithoutTryingAnything(string? version)
    {
        string? reason = OwnOperations.Decide(version is null ? null : new Version(version), _ => throw Unexpected, () => throw Unexpected);
        Assert.Matches(@"^TorchSharp .* is loaded, and Lethe is tested with 0\.107 only: .*slower\.$", reason);
    }

    [Fact]
    public void Decide_MissingExport_IsAgainstAndNamesIt()
    {
        string? reason = OwnOperations.Decide(new Version(0, 107, 3, 0), name => name != "THSTensor_new", () => throw Unexpected);
        Assert.Matches(@"has no THSTensor_new: .*slower\.$", reason);
    }

    [Fact]
    public void Decide_TrialThatFails_IsAgainstAndSaysHow()
    {
        var wrong = new InvalidOperationException("a gradient is wrong");
        string? reason = OwnOperations.Decide(new Version(0, 107, 0, 0), _ => true, () => throw wrong);
        Assert.Matches(@"failed \(a gradient is wrong\): .*slower\.$", reason);
    }

    [Fact]
    public void Exports_OfTheList_AreAllThatAreCalled() =>
        Assert.Equal(
            new[] { typeof(GraphNode), typeof(NativeTensor) }
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                .Select(method => method.Name).Where(name => name.StartsWith("THS", StringComparison.Ordinal)).Order(),
            OwnOperations.Exports.Order());
}
