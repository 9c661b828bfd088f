using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Umm;
using Lethe.Umm.VolumeFactors;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

[Collection(typeof(TorchCollection))]
public class VolumeFactorTests
{
    private const double Floor = 1e-9;

    [Fact]
    public void LossGradient_SampleWithoutInfluence_IsFiniteWithItsGradient()
    {
        using var scope = NewDisposeScope();
        Tensor early = Tiny.Gaussian(1, 4, 2, 1, 1).requires_grad_(), weight = tensor(1.5).requires_grad_();
        Tensor loss = (early.narrow(0, 0, 2) * weight).square().sum(); // the last two samples are not in it
        Tensor volume = new LossGradient().LogVolume(
            Of(early, late => late) with { Loss = new MethodLoss(loss, [], early, early) }, differentiable: true);
        Assert.True(volume.isfinite().all().item<bool>());
        Assert.Equal(Math.Log(2e-12), volume[3].item<double>(), 1e-6);
        Assert.True(Gradients.Of(volume.sum(), [weight])[0].isfinite().item<bool>());
    }

    /// <summary>The Jacobians are put together from one unit of one sample after another, in evaluation mode.</summary>
    [Fact]
    public void JacobianFactors_OfANetwork_AreThoseOfExplicitJacobians()
    {
        using var problem = new SmallProblem(new UmmOptions { Split = "layer3" }, images: 2);
        ResNet backbone = problem.Method.Backbone;
        VolumeSample sample = Of(problem.Early, late =>
        {
            using BatchNormStatistics running = BatchNormStatistics.UseRunning(backbone);
            return backbone.ForwardFrom(SplitPoint.Layer3, late);
        });
        Tensor volume = new JacobianVolume(probes: 32, Floor).LogVolume(sample, differentiable: false); // q = d
        Tensor norm = new JacobianNorm(probes: 200).LogVolume(sample, differentiable: false);
        backbone.eval();
        for (int i = 0; i < 4; i++)
        {
            Tensor one = problem.Early.narrow(0, i, 1).detach().clone().requires_grad_();
            Tensor features = backbone.ForwardFrom(SplitPoint.Layer3, one);
            Tensor jacobian = stack([.. Enumerable.Range(0, 32).Select(j => Gradients.Of(features[0, j], [one])[0].flatten())]); // [d, D]
            Tensor gram = jacobian.mm(jacobian.t()) + Floor * eye(32, dtype: ScalarType.Float64);
            Assert.Equal(Tiny.Value(gram.det().log()) / 2, Tiny.Value(volume[i]), 1e-6);
            Assert.Equal(Tiny.Value(jacobian.norm().log()), Tiny.Value(norm[i]), 0.1);
        }
    }

    /// <summary>
    /// h = A·z with A = [B 0]·Q, B lower triangular and Q orthogonal, of standard normal z: each h_j given those before it is normal with
    /// deviation b_jj, so that the density at 0 is the product of 1/(√2π·b_jj).
    /// </summary>
    [Fact]
    public void JacobianVolume_LinearMap_GivesTheDensityInClosedForm()
    {
        using var scope = NewDisposeScope();
        double[] deviations = [0.5, 2, 0.1, 3];
        Tensor triangular = Tiny.Gaussian(1, 4, 4).tril(-1) + tensor(deviations).diag();
        Tensor map = cat([triangular, zeros(4, 8, dtype: ScalarType.Float64)], 1).mm(linalg.qr(Tiny.Gaussian(2, 12, 12)).Q); // [d, D]
        Tensor early = Tiny.Gaussian(3, 5, 3, 2, 2).requires_grad_();
        Tensor volume = new JacobianVolume(probes: 4, floor: 1e-14).LogVolume(
            Of(early, late => late.flatten(1).mm(map.t()) + 7), differentiable: false);
        double logNormalAtZero = -2 * Math.Log(2 * Math.PI);
        double expected = deviations.Sum(deviation => Math.Log(1 / (Math.Sqrt(2 * Math.PI) * deviation)));
        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal(expected, logNormalAtZero - Tiny.Value(volume[i]), 1e-9));
    }

    /// <summary>Where the map stretches k times in d dimensions, a uniform density becomes k^d times thinner.</summary>
    [Fact]
    public void JacobianVolume_PiecewiseLinearMap_GivesEachPieceItsShareOfTheDensity()
    {
        using var scope = NewDisposeScope();
        Tensor early = tensor(new[] { 1.0, -2, 3, 0.5, 1, -1, -1, 1, 2, 2, -3, 4 }).reshape(2, 6, 1, 1).requires_grad_();
        Tensor map = linalg.qr(Tiny.Gaussian(2, 6, 3)).Q; // [D, d], orthonormal columns
        Tensor Late(Tensor z) => (z * where(z.narrow(1, 0, 1) > 0, tensor(3.0), tensor(0.5))).flatten(1).mm(map);
        Tensor volume = new JacobianVolume(probes: 3, floor: 1e-14).LogVolume(Of(early, Late), differentiable: false);
        Tensor density = (-volume).softmax(0);
        Assert.Equal(Math.Pow(3 / 0.5, 3), Tiny.Value(density[1] / density[0]), 1e-6);
        Tensor norm = new JacobianNorm(probes: 2).LogVolume(Of(early, Late), differentiable: false);
        Assert.Equal(3 * Math.Sqrt(3), Math.Exp(Tiny.Value(norm[0])), 1e-12); // rows are orthogonal: any signs give the norm itself
        Assert.Equal(0.5 * Math.Sqrt(3), Math.Exp(Tiny.Value(norm[1])), 1e-12);
    }

    [Fact]
    public void JacobianVolume_FewerProbesThanDimensions_SeesARandomSubspaceOfTheStep()
    {
        using var scope = NewDisposeScope();
        Tensor map = linalg.qr(Tiny.Gaussian(2, 6, 5)).Q * 2; // [D, d]
        Tensor early = Tiny.Gaussian(3, 3, 6, 1, 1).requires_grad_();
        var factor = new JacobianVolume(probes: 2, floor: 1e-14);
        Tensor even = factor.LogVolume(Of(early, late => late.flatten(1).mm(map)), differentiable: false);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(2 * Math.Log(2), Tiny.Value(even[i]), 1e-9)); // S·Sᵀ = I
        VolumeSample uneven = Of(early, late => late.flatten(1).mm(map * tensor([1.0, 2, 3, 4, 5])));
        double first = Value(uneven), again = Value(uneven), other = Value(uneven with { Seed = 2 });
        Assert.Equal(first, again);
        Assert.NotEqual(first, other, 1e-3);

        double Value(VolumeSample sample) => Tiny.Value(factor.LogVolume(sample, differentiable: false)[0]);
    }

    [Theory]
    [InlineData("jacobian-volume")]
    [InlineData("jacobian-norm")]
    public void JacobianFactors_UnitsThatDoNotAnswer_AreFiniteWithTheirGradient(string name)
    {
        using var scope = NewDisposeScope();
        Tensor early = Tiny.Gaussian(3, 3, 6, 1, 1).requires_grad_(), weight = tensor(1.5).requires_grad_();
        Tensor active = tensor(new[] { 0.0, 1, 1 }).reshape(3, 1, 1, 1); // the first sample moves nothing
        Tensor volume = VolumeFactor.Create(new UmmOptions { Volume = name, Probes = 2 })
            .LogVolume(Of(early, late => (late * active * weight).flatten(1)), differentiable: true);
        Assert.True(volume.isfinite().all().item<bool>());
        Assert.True(Gradients.Of(volume.sum(), [weight])[0].isfinite().item<bool>());
    }

    [Fact]
    public void Create_EachName_IsOfItsClass()
    {
        Assert.Equal(
            [typeof(LossGradient), typeof(JacobianVolume), typeof(JacobianNorm)],
            VolumeFactor.Names.Select(name => VolumeFactor.Create(new UmmOptions { Volume = name }).GetType()));
        Assert.Contains(
            "loss-gradient, jacobian-volume, jacobian-norm",
            Assert.Throws<InvalidOptionException>(() => VolumeFactor.Create(new UmmOptions { Volume = "jacobian" })).Message,
            StringComparison.Ordinal);
    }

    private static VolumeSample Of(Tensor early, Func<Tensor, Tensor> late) =>
        new(early, new MethodLoss(early.sum(), [], early, early), late, Seed: 1);
}
