using System.Reflection;
using Lethe.Onnx;
using Lethe.Recognition;
using Lethe.Runtime;
using PublicApiGenerator;

namespace Lethe.Tests.Approved;

public class PublicApiTests
{
    // What a program needs, and no more: whoever publishes a type makes another internal, or says why the library's door becomes wider.
    private const int MostPublicTypes = 80;

    // Embedding, search and classifying without torch: what is put into programs that serve. Those of Recognition stand in the same assembly
    // as the images, but are counted here, since a program that trains does not need them.
    private const int MostServingTypes = 10;

    // What is free of torch, and what is built on it: a program sees one library.
    private static readonly Assembly[] library = [typeof(LetheException).Assembly, typeof(TorchRuntime).Assembly];

    private static readonly Assembly serving = typeof(OnnxEncoder).Assembly;

    [Fact]
    public void Library_PublicApi_IsAsApproved() => Approval.Matches("PublicApi.txt", Api(library[1]));

    [Fact]
    public void Images_PublicApi_IsAsApproved() => Approval.Matches("PublicApi.Images.txt", Api(library[0]));

    [Fact]
    public void Onnx_PublicApi_IsAsApproved() => Approval.Matches("PublicApi.Onnx.txt", Api(serving));

    [Fact]
    public void Library_PublicTypes_AreFew() => Assert.InRange(
        library.SelectMany(part => part.GetExportedTypes()).Count(type => type.Namespace != Recognition), 1, MostPublicTypes);

    [Fact]
    public void Serving_PublicTypes_AreFew() => Assert.InRange(
        library[0].GetExportedTypes().Count(type => type.Namespace == Recognition) + serving.GetExportedTypes().Length, 1, MostServingTypes);

    private static string Recognition => typeof(EmbeddingIndex).Namespace!;

    private static string Api(Assembly assembly) =>
        assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });
}
