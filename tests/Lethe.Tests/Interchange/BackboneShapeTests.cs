using Lethe.Interchange;
using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

[Collection(typeof(TorchCollection))]
public class BackboneShapeTests
{
    public static TheoryData<string> Names => [.. BackboneOptions.Names];

    /// <summary>What is expected of a file is what the network has, tensor by tensor.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Expected_EveryNetwork_IsWhatTheNetworkHas(string name)
    {
        using var scope = NewDisposeScope();
        foreach (string stem in new[] { "small", "large" })
        {
            var options = new BackboneOptions { Backbone = name, Width = 4, Stem = stem };
            using var network = new ResNet(options, 1, 32);
            Assert.Equal(
                network.state_dict().Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                    .Select(pair => $"{pair.Key} {string.Join(',', pair.Value.shape)}").Order(StringComparer.Ordinal),
                BackboneShape.Expected(options, 1).Select(entry => $"{entry.Name} {string.Join(',', entry.Shape)}").Order(
                    StringComparer.Ordinal));
        }
    }
}
