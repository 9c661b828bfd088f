using System.Reflection;
using Lethe.Runtime;
using PublicApiGenerator;

namespace Lethe.Tests.Approved;

public class PublicApiTests
{
    // What a program needs, and no more: whoever publishes a type makes another internal, or says why the library's door becomes wider.
    private const int MostPublicTypes = 79;

    // What is free of torch, and what is built on it: a program sees one library.
    private static readonly Assembly[] library = [typeof(LetheException).Assembly, typeof(TorchRuntime).Assembly];

    [Fact]
    public void Library_PublicApi_IsAsApproved() => Approval.Matches("PublicApi.txt", Api(library[1]));

    [Fact]
    public void Images_PublicApi_IsAsApproved() => Approval.Matches("PublicApi.Images.txt", Api(library[0]));

    [Fact]
    public void Library_PublicTypes_AreFew() => Assert.InRange(library.Sum(part => part.GetExportedTypes().Length), 1, MostPublicTypes);

    private static string Api(Assembly assembly) =>
        assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });
}
