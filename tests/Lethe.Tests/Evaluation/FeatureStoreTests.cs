using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Tests.Evaluation.Protocols;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection(typeof(TorchCollection))]
public sealed class FeatureStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Get_Twice_ComputesOnceAndGivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        var store = new FeatureStore(folder["features"]);
        int computed = 0;
        IReadOnlyDictionary<string, Tensor> Get(string key) => store.Get(key, () =>
        {
            computed++;
            return new Dictionary<string, Tensor> { ["stem"] = Tiny.Gaussian(1, 4, 3), ["layer4"] = Tiny.Gaussian(2, 4, 5) };
        });
        SortedDictionary<string, string> first = Tiny.Bits(Get("a")), second = Tiny.Bits(Get("a"));
        Assert.Equal(first, second);
        Assert.Equal(1, computed);
        Get("b");
        Assert.Equal(2, computed);

        // A damaged file is computed again; so is one of a folder that was deleted.
        string file = Directory.GetFiles(folder["features"]).Order().First();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^3] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(first, Tiny.Bits(Get("a")));
        Assert.Equal(3, computed);
        Directory.Delete(folder["features"], recursive: true);
        Get("a");
        Assert.Equal(4, computed);
    }

    [Fact]
    public void Get_BeyondTheBound_DeletesWhatWasNotUsedForLongest()
    {
        using var scope = NewDisposeScope();
        var store = new FeatureStore(folder["features"], mostBytes: 20_000);
        IReadOnlyDictionary<string, Tensor> Eight() => new Dictionary<string, Tensor> { ["stem"] = zeros(1000, 2, dtype: ScalarType.Float32) };
        void Age(string key, int hours) =>
            File.SetLastWriteTimeUtc(folder[Path.Combine("features", key + ".features")], DateTime.UtcNow.AddHours(-hours));
        store.Get("a", Eight);
        Age("a", 3);
        store.Get("b", Eight);
        Age("b", 2);
        store.Get("a", Eight); // used again: b is the older one now
        store.Get("c", Eight);
        Assert.Equal(["a.features", "c.features"], Directory.GetFiles(folder["features"]).Select(Path.GetFileName).Order());
        store.Get("large", () => new Dictionary<string, Tensor> { ["stem"] = zeros(6000) });
        Assert.Equal(2, Directory.GetFiles(folder["features"]).Length);
    }

    [Fact]
    public void Features_OtherImagesOrWeights_HaveKeysOfTheirOwn()
    {
        using SslMethod method = Tiny.Method(), other = Tiny.Method(seed: 2);
        var store = new FeatureStore(folder["features"]);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using (
            EncoderState encoder = ProtocolSample.Encoder(method, store: store), second = ProtocolSample.Encoder(other, store: store),
            again = ProtocolSample.Encoder(method, store: store))
        {
            Tensor first = encoder.Features(ProtocolSample.Images("test", 1, 6), cancellation)["layer4"];
            Assert.Same(first, encoder.Features(ProtocolSample.Images("test", 1, 6), cancellation)["layer4"]);
            encoder.Features(ProtocolSample.Images("test", 2, 6), cancellation);
            second.Features(ProtocolSample.Images("test", 1, 6), cancellation);
            Assert.Equal(3, Directory.GetFiles(folder["features"]).Length);
            Assert.Equal(
                Tiny.Bits([new("f", first)]),
                Tiny.Bits([new("f", again.Features(ProtocolSample.Images("test", 1, 6), cancellation)["layer4"])]));
            Assert.Equal(3, Directory.GetFiles(folder["features"]).Length);
        }
    }
}
