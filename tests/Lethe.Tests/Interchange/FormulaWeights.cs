using System.IO.Compression;
using Lethe.Interchange;
using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

/// <summary>The weights that <c>Fixtures/weights/make.py</c> gives its networks: a formula of their place.</summary>
internal static class FormulaWeights
{
    public static readonly BackboneOptions Coarse = new() { Backbone = "resnet10", Width = 4, Stem = "large" };

    private static readonly string folder = Path.Combine(Repository.Root, "tests", "Lethe.Tests", "Fixtures", "weights");

    /// <summary>Where a file of the fixtures lies.</summary>
    public static string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>The bytes of a packed file of the fixtures.</summary>
    public static byte[] Unpack(string name)
    {
        using var packed = new GZipStream(File.OpenRead(PathOf(name + ".gz")), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The weights of a network, but for counters of batches.</summary>
    /// <param name="options">The network; its stem small or large.</param>
    /// <param name="coarse">Multiples of 1/32, as the files of the formats have; else those of the outputs.</param>
    /// <param name="channels">Channels of its images.</param>
    public static Dictionary<string, Tensor> Of(BackboneOptions options, bool coarse, int channels = 3)
    {
        var weights = new Dictionary<string, Tensor>();
        foreach ((string name, long[] shape) in BackboneShape.Expected(options, channels))
            weights[name] = Values(name, shape, (ulong)weights.Count, coarse);
        return weights;
    }

    private static Tensor Values(string name, long[] shape, ulong place, bool coarse)
    {
        bool scale = name.EndsWith("running_var", StringComparison.Ordinal)
            || (shape.Length == 1 && name.EndsWith("weight", StringComparison.Ordinal));
        double bound = Math.Sqrt(3.0 / (shape.Length == 4 ? shape[1] * shape[2] * shape[3] : 1));
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            double u = Number(place, (ulong)i);
            if (coarse)
            {
                u = Math.Floor(u * 32) / 32;
                values[i] = (float)(scale ? 0.5 + u : u - 0.5);
            }
            else
            {
                values[i] = (float)(shape.Length == 4 ? ((2 * u) - 1) * bound : scale ? 0.75 + (0.5 * u) : 0.2 * (u - 0.5));
            }
        }

        return tensor(values).reshape(shape);
    }

    private static double Number(ulong place, ulong index)
    {
        ulong z = ((place << 40) + index + 1) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }
}
