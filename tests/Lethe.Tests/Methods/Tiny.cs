using System.Security.Cryptography;
using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Samples;
using Lethe.Tests.Augmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

/// <summary>Networks, methods and batches small enough for a test.</summary>
internal static class Tiny
{
    public const int ImageSize = 16;

    public static readonly BackboneOptions Network = new() { Backbone = "resnet10", Width = 4 };

    private static readonly (string Property, int Size)[] sizes =
        [("ProjectorHidden", 16), ("ProjectorOutput", 8), ("PredictorHidden", 8), ("QueueLength", 16), ("Prototypes", 6), ("FreezePrototypesEpochs", 0), ("WhiteningBatch", 3)];

    /// <summary>All self-supervised methods, and the one that shows how another is added.</summary>
    public static readonly IReadOnlyList<MethodEntry> Entries = [.. MethodRegistry.All.Where(entry => !entry.TakesLabels), AlignUniform.Entry];

    public static TheoryData<string> MethodNames() => [.. Entries.Select(entry => entry.Name)];

    public static MethodEntry Entry(string name) => Entries.Single(entry => entry.Name == name);

    public static ResNet Backbone(long seed = 1, BackboneOptions? options = null)
    {
        manual_seed(seed);
        return new ResNet(options ?? Network, 3, ImageSize);
    }

    public static SslMethod Method(string name = "simclr", long seed = 1, BackboneOptions? options = null) =>
        Entry(name).Create(Options(name), Backbone(seed, options));

    /// <summary>The defaults of a method but for its sizes, which fit batches of a few images.</summary>
    public static MethodOptions Options(string name)
    {
        MethodOptions options = Entry(name).DefaultOptions;
        var copy = (MethodOptions)options.GetType().GetMethod("<Clone>$")!.Invoke(options, null)!;
        foreach ((string property, int size) in sizes)
            copy.GetType().GetProperty(property)?.SetValue(copy, size);

        return copy switch
        {
            // In one direction MoCo gives features of the first views alone, but of both from early features.
            MocoOptions moco => moco with { Symmetric = true },

            // Three images of a batch have a covariance of rank two.
            WmseOptions whitening => whitening with { ProjectorOutput = 2 },
            _ => copy,
        };
    }

    /// <summary>Double precision, in which finite differences mean something.</summary>
    public static SslMethod DoubleMethod(string name = "simclr", long seed = 1)
    {
        SslMethod method = Method(name, seed);
        method.to(ScalarType.Float64);
        return method;
    }

    /// <summary>Noise, [count, 3, 16, 16].</summary>
    public static Tensor Images(int count, ScalarType type = ScalarType.Float32, ulong seed = 1) =>
        Gaussian(seed, count, 3, ImageSize, ImageSize).to(type);

    public static Tensor Gaussian(ulong seed, params long[] shape)
    {
        var random = new RandomStream(seed);
        double[] values = new double[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextGaussian();
        return tensor(values).reshape(shape);
    }

    public static ViewLoader Loader(int images = 20, int batchSize = 4, ulong seed = 5) =>
        new(Sample.Set(images), Sample.Normalising(), batchSize, seed, threads: 1);

    /// <summary>Every bit of some tensors, by name.</summary>
    public static SortedDictionary<string, string> Bits(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var scope = NewDisposeScope();
        var bits = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, Tensor value) in tensors)
            bits[name] = Convert.ToHexString(SHA256.HashData(value.detach().cpu().contiguous().bytes));
        return bits;
    }

    public static SortedDictionary<string, string> Bits(nn.Module module) => Bits(module.state_dict());

    public static double Value(Tensor scalar) => scalar.to(ScalarType.Float64).item<double>();

    /// <summary>‖a − b‖ / ‖b‖ over all tensors together.</summary>
    public static double RelativeError(IEnumerable<Tensor> found, IEnumerable<Tensor> expected)
    {
        using var scope = NewDisposeScope();
        Tensor a = cat([.. found.Select(t => t.detach().reshape(-1))]), b = cat([.. expected.Select(t => t.detach().reshape(-1))]);
        return Value((a - b).norm() / b.norm());
    }
}
