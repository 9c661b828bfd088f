using CsCheck;
using Lethe.Operators;
using Lethe.Tests.Methods;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

[Collection(typeof(TorchCollection))]
public class DistributionAlignmentTests
{
    [Fact]
    public void JensenShannonToUniform_AnyVolumes_IsTheDefinition() =>
        Gen.Double[-4, 4].Array[2, 12].Sample(
            volumes =>
            {
                using var scope = NewDisposeScope();
                double found = Divergence(volumes), expected = Slow(volumes);
                Assert.Equal(expected, found, 1e-12);
                Assert.InRange(found, -1e-16, Math.Log(2));
                Assert.Equal(found, Divergence([.. volumes.Select(s => s + 700).Reverse()]), 1e-12);

                Tensor leaf = tensor(volumes).requires_grad_();
                Tensor gradient = Gradients.Of(DistributionAlignment.JensenShannonToUniform(leaf), [leaf])[0];
                for (int i = 0; i < volumes.Length; i++)
                {
                    const double Step = 1e-6;
                    double At(double step) => Slow([.. volumes.Select((s, j) => j == i ? s + step : s)]);
                    Assert.Equal((At(Step) - At(-Step)) / (2 * Step), gradient[i].item<double>(), 1e-8);
                }
            },
            iter: 50, threads: 1);

    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-6)]
    [InlineData(0.3)]
    [InlineData(-5)]
    public void JensenShannonToUniform_TwoSamples_IsTheClosedForm(double difference)
    {
        using var scope = NewDisposeScope();
        double p = 1 / (1 + Math.Exp(difference)), q = 1 - p; // p ∝ 1/v
        double expected =
            (
                p * Math.Log(p / ((p + 0.5) / 2)) + q * Math.Log(q / ((q + 0.5) / 2)) + 0.5 * Math.Log(0.5 / ((p + 0.5) / 2)) + 0.5 * Math
                    .Log(0.5 / ((q + 0.5) / 2))) / 2;
        Assert.Equal(expected, Divergence([1 + difference, 1]), 1e-13);
        if (difference == 1e-6)
            Assert.Equal(difference * difference / 32, Divergence([1 + difference, 1]), 1e-15); // its first digits are kept
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(256)]
    public void JensenShannonToUniform_EqualVolumes_IsZeroAndOthersAreNot(int count)
    {
        using var scope = NewDisposeScope();
        double[] volumes = new double[count];
        Array.Fill(volumes, -12.3);
        Assert.Equal(0, Divergence(volumes), 1e-15);
        volumes[1] += 0.01;
        Assert.True(Divergence(volumes) > 1e-9);
    }

    [Fact]
    public void JensenShannonToUniform_OneSampleHasAllMass_IsBelowItsBoundAndFinite()
    {
        using var scope = NewDisposeScope();
        double[] volumes = new double[1000];
        volumes[7] = -2000;
        double divergence = Divergence(volumes);
        Assert.InRange(divergence, 0.68, Math.Log(2));
        Tensor leaf = tensor(volumes).requires_grad_();
        Assert.True(Gradients.Of(DistributionAlignment.JensenShannonToUniform(leaf), [leaf])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void JensenShannonToUniform_BadShapes_AreRefused()
    {
        using var scope = NewDisposeScope();
        foreach (long[] shape in (long[][])[[4, 1], [1], [0], []])
            Assert.Contains(
                "[n]",
                Assert.Throws<ArgumentException>(() => DistributionAlignment.JensenShannonToUniform(ones(shape))).Message,
                StringComparison.Ordinal);
    }

    private static double Divergence(double[] volumes) => Tiny.Value(DistributionAlignment.JensenShannonToUniform(tensor(volumes)));

    /// <summary>H(M) − ½H(p) − ½ log n.</summary>
    private static double Slow(double[] volumes)
    {
        double sum = volumes.Sum(s => Math.Exp(-s));
        double[] p = [.. volumes.Select(s => Math.Exp(-s) / sum)];
        static double Entropy(IEnumerable<double> masses) => -masses.Sum(mass => mass == 0 ? 0 : mass * Math.Log(mass));
        return Entropy(p.Select(mass => (mass + 1.0 / p.Length) / 2)) - Entropy(p) / 2 - Math.Log(p.Length) / 2;
    }
}
