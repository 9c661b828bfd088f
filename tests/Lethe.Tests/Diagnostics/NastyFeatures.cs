using System.Globalization;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

/// <summary>Finite features that break mathematics which is not careful: by name, of any shape.</summary>
internal static class NastyFeatures
{
    /// <summary>The names of all kinds.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "scale 1e6", "scale 1e15", "scale 1e30", "scale 3e38", "scale 1e-15", "scale 1e-30", "scale 1e-44", "scale 1e160", "scale 1e307",
        "scale 1e-160", "scale 1e-320", "zeros", "ones", "constant rows", "constant columns", "one direction", "equal rows", "mixed columns",
        "mixed rows", "one number", "largest, both signs", "offset",
    ];

    /// <summary>Kinds that float32 cannot hold.</summary>
    public static bool NeedsDouble(string kind) => kind is "scale 1e160" or "scale 1e307" or "scale 1e-160" or "scale 1e-320";

    /// <summary>Ordinary ones.</summary>
    public static Tensor Ordinary(long[] shape, ScalarType type, ulong seed = 1)
    {
        var random = new RandomStream(seed);
        double[] values = new double[shape.Aggregate(1L, (product, length) => product * length)];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextGaussian();
        return tensor(values).reshape(shape).to(type);
    }

    /// <summary>Features of a kind.</summary>
    public static Tensor Of(string kind, long[] shape, ScalarType type)
    {
        Tensor plain = Ordinary(shape, ScalarType.Float64);
        double largest = type == ScalarType.Float32 ? float.MaxValue : double.MaxValue;
        Tensor Steps(int axis)
        {
            long[] along = [.. shape.Select((length, i) => i == shape.Length + axis ? length : 1)];
            double[] exponents = [.. Enumerable.Range(0, (int)shape[^-axis]).Select(i => Math.Pow(10, i % 2 == 0 ? -15 * i % 35 : 11 * i % 35))];
            return tensor(exponents).reshape(along);
        }

        Tensor features = kind switch
        {
            "zeros" => zeros_like(plain),
            "ones" => ones_like(plain),
            "constant rows" => plain.mean([-1], keepdim: true).expand(shape),
            "constant columns" => plain.reshape(-1, shape[^1])[0].expand(shape),
            "one direction" => plain.mean([-1], keepdim: true) * plain.reshape(-1, shape[^1])[0],
            "equal rows" => plain.narrow(-2, 0, 1).expand(shape),
            "mixed columns" => plain * Steps(-1),
            "mixed rows" => plain * Steps(-2),
            "one number" => zeros_like(plain).index_put_(tensor(1e20), [.. shape.Select(_ => (TensorIndex)0)]),
            "largest, both signs" => plain.sign() * tensor(largest),
            "offset" => plain + tensor(1e9),
            _ => plain.clamp(tensor(-1.0), tensor(1.0)) * tensor(double.Parse(kind["scale ".Length..], CultureInfo.InvariantCulture)),
        };
        return features.to(type).clone();
    }
}
