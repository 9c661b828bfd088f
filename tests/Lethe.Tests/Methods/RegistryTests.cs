using Lethe.Evaluation.Protocols;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Tests.Methods;

/// <summary>What registries refuse. That a program's own method trains is tested where the samples are.</summary>
[Collection(typeof(TorchCollection))]
public class RegistryTests
{
    [Theory]
    [InlineData("simclr", "already")]
    [InlineData("", "found ''")]
    [InlineData("SimCLR2", "found 'SimCLR2'")]
    [InlineData("my method", "found 'my method'")]
    [InlineData("2way", "found '2way'")]
    public void Add_AMethodOfABadName_IsRefusedAndNothingIsAdded(string name, string words)
    {
        int before = MethodRegistry.All.Count;
        var error = Assert.Throws<InvalidOptionException>(() => MethodRegistry.Add(SimClr.Entry with { Name = name }));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, MethodRegistry.All.Count);
    }

    [Theory]
    [InlineData("linear", "already")]
    [InlineData("Linear", "found 'Linear'")]
    public void Add_AProtocolOfABadName_IsRefusedAndNothingIsAdded(string name, string words)
    {
        int before = ProtocolRegistry.All.Count;
        var error = Assert.Throws<InvalidOptionException>(() => ProtocolRegistry.Add(LinearProtocol.Entry with { Name = name }));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, ProtocolRegistry.All.Count);
    }

    [Fact]
    public void Add_AProtocolThatDrawsItsImages_IsRefused() => Assert.Contains(
        "draws its images itself",
        Assert.Throws<InvalidOptionException>(() => ProtocolRegistry.Add(CausalProtocol.Entry with { Name = "own-causal" })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Create_WithOptionsOfAnother_IsRefused()
    {
        using ResNet backbone = Tiny.Backbone();
        Assert.Contains(
            "'simclr' takes SimClrOptions, found VicRegOptions",
            Assert.Throws<InvalidOptionException>(() => SimClr.Entry.Create(new VicRegOptions(), backbone)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'knn' takes KnnProtocolOptions, found LinearProtocolOptions",
            Assert.Throws<InvalidOptionException>(() => KnnProtocol.Entry.Create(new LinearProtocolOptions())).Message,
            StringComparison.Ordinal);
    }
}
