using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Architecture.Sample.Numbers;

/// <summary>Each method gives torch a number that the collector may take away meanwhile.</summary>
internal static class Careless
{
    private static readonly nn.Module<Tensor, Tensor> Norm = nn.BatchNorm2d(2);

    public static Tensor Conversion(Tensor x) => x.mul(2.0);

    public static Tensor Made(Tensor x) => x.mul(2.ToScalar());

    public static Tensor Operator(Tensor x) => 2 * x;

    public static Tensor Compound(Tensor x)
    {
        x *= 2;
        return x;
    }

    public static Tensor Sum(Tensor x) => x + x;

    public static Func<Tensor, Tensor> Lambda() => x => x.square();

    public static Tensor Choice(Tensor x, bool more)
    {
        using Scalar number = more ? 2.ToScalar() : 1.ToScalar();
        return x.mul(number);
    }

    // TorchSharp's batch-norm counts its batches with add_(1).
    public static Tensor Module(Tensor x) => Norm.forward(x);
}

/// <summary>No method does.</summary>
internal static class Careful
{
    private static readonly Scalar Half = 0.5.ToScalar();

    public static Tensor Static(Tensor x) => x.mul(Half);

    public static Tensor Local(Tensor x, double first)
    {
        using Scalar one = first.ToScalar(), two = 2.ToScalar();
        return x.mul(one).mul(two);
    }

    public static Scalar Returned(double number) => number.ToScalar();

    public static Tensor Tensors(Tensor x) => (x - x) * x / x;
}
