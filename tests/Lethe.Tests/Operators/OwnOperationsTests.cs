using System.Reflection;
using Lethe.Operators;

namespace Lethe.Tests.Operators;

[Collection(typeof(TorchCollection))]
public class OwnOperationsTests
{
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
        string? reason = OwnOperations.Decide(version is null ? null : new Version(version), _ => throw new InvalidOperationException(), () => throw new InvalidOperationException());
        Assert.Matches(@"^TorchSharp .* is loaded, and Lethe is tested with 0\.107 only: .*slower\.$", reason);
    }

    [Fact]
    public void Decide_MissingExport_IsAgainstAndNamesIt()
    {
        string? reason = OwnOperations.Decide(new Version(0, 107, 3, 0), name => name != "THSTensor_new", () => throw new InvalidOperationException());
        Assert.Matches(@"has no THSTensor_new: .*slower\.$", reason);
    }

    [Fact]
    public void Decide_TrialThatFails_IsAgainstAndSaysHow()
    {
        string? reason = OwnOperations.Decide(new Version(0, 107, 0, 0), _ => true, () => throw new InvalidOperationException("a gradient is wrong"));
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
