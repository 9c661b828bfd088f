using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

/// <summary>Steps by kernels against torch's operations in double precision, of sizes that fill vectors or not.</summary>
[Collection(typeof(TorchCollection))]
public class ParameterUpdateTests
{
    private const int Steps = 3;

    private static readonly string[] kinds = ["momentum", "momentum without state", "momentum with trust", "adam", "adam decoupled"];

    public static TheoryData<string, int> Cases() => new MatrixTheoryData<string, int>(kinds, [1, 8, 13, 70_005]);

    public static TheoryData<string> Kinds() => [.. kinds];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Step_ByKernel_IsTorchs(string kind, int count)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor[] kernel = Run(kind, count, ScalarType.Float32), torchs = Run(kind, count, ScalarType.Float64);
        for (int i = 0; i < kernel.Length; i++)
        {
            double error = (kernel[i].to(ScalarType.Float64) - torchs[i]).abs().max().Value() / torchs[i].abs().max().Value();
            Assert.True(error < 1e-6, $"{i}: {error}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_MoreThreads_GivesTheSameBits(string kind)
    {
        Assert.SkipUnless(OperatorSwitch.Own, "This processor has no vectors of 256 bits with fused multiplication.");
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        int before = get_num_threads();
        Tensor[] one = Run(kind, 200_003, ScalarType.Float32);
        set_num_threads(3);
        try
        {
            Tensor[] three = Run(kind, 200_003, ScalarType.Float32);
            Assert.All(one.Zip(three), pair => Assert.True(pair.First.bytes.SequenceEqual(pair.Second.bytes)));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>A gradient that lies in memory in another order, or is broadcast, must not be read as if it did not.</summary>
    [Fact]
    public void Step_GradientsOfAnotherLayout_AreReadAsTheyAre()
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor parameter = zeros(3, 2), transposed = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }).t();
        ParameterUpdate.Momentum(parameter, transposed, null, 0, 0, rate: 1);
        Assert.Equal([-1f, -4, -2, -5, -3, -6], parameter.data<float>());
        ParameterUpdate.Momentum(parameter.zero_(), ones(1, 2), null, 0, 0, rate: 1);
        Assert.Equal(Enumerable.Repeat(-1f, 6), parameter.data<float>());
    }

    // Parameter and state after some steps.
    private static Tensor[] Run(string kind, int count, ScalarType type)
    {
        Tensor parameter = Tiny.Gaussian(1, count).to(type), first = zeros(count, dtype: type), second = zeros(count, dtype: type);
        for (int step = 1; step <= Steps; step++)
        {
            Tensor gradient = Tiny.Gaussian((ulong)(10 + step), count).to(type);
            switch (kind)
            {
                case "momentum":
                    ParameterUpdate.Momentum(parameter, gradient, first, decay: 0.1, momentum: 0.9, rate: 0.05);
                    break;
                case "momentum without state":
                    ParameterUpdate.Momentum(parameter, gradient, null, decay: 0, momentum: 0, rate: 0.05);
                    break;
                case "momentum with trust":
                    ParameterUpdate.Momentum(parameter, gradient, first, decay: 0.1, momentum: 0.9, rate: 0.05, trust: 0.3);
                    break;
                default:
                    ParameterUpdate.Adam(
                        parameter, gradient, first, second, new AdamStep(0.05, 0.1, kind == "adam decoupled", 0.9, 0.999, 1e-8, step));
                    break;
            }
        }

        return kind switch
        {
            "momentum without state" => [parameter],
            "momentum" or "momentum with trust" => [parameter, first],
            _ => [parameter, first, second],
        };
    }
}
