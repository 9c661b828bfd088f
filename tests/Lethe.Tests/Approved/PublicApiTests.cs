using Lethe.Runtime;
using PublicApiGenerator;

namespace Lethe.Tests.Approved;

public class PublicApiTests
{
    // What a program needs, and no more: whoever publishes a type makes another internal, or says why the library's door becomes wider.
    private const int MostPublicTypes = 79;

    [Fact]
    public void Library_PublicApi_IsAsApproved() =>
        Approval.Matches(
            "PublicApi.txt",
            typeof(TorchRuntime).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }));

    [Fact]
    public void Library_PublicTypes_AreFew() => Assert.InRange(typeof(TorchRuntime).Assembly.GetExportedTypes().Length, 1, MostPublicTypes);
}
