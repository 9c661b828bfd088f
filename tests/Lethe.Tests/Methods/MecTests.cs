using CsCheck;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class MecTests
{
    [Fact]
    public void CodingLength_AnyEmbeddings_IsTheSlowOneWithItsGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 5], Gen.Int[2, 5], Gen.Double[0.05, 0.9], Gen.Int[0, 6]).Sample(
            (seed, images, dimension, most, order) =>
            {
                using var scope = NewDisposeScope();
                double scale = most / images; // λN bounds the spectral norm
                double[,] predicted = Reference.Gaussian(seed, images, dimension), target = Reference.Gaussian(seed + 1, images, dimension);
                double Slow(double[,] p, double[,] t)
                {
                    double[,] similarities = SlowMec.Similarities(p, t, scale);
                    return order == 0 ? Reference.LogDeterminant(SlowMec.IdentityPlus(similarities)) : SlowMec.Series(similarities, order);
                }

                Tensor p = tensor(predicted).requires_grad_(), t = tensor(target);
                Tensor length = Mec.CodingLength(Mec.Similarities(p, t, scale), order);
                Assert.Equal(Slow(predicted, target), length.item<double>(), 1e-9);

                if (Tiny.Value(p.norm(1).min()) < 0.1)
                    return; // rows near zero have a gradient too steep for differences
                double[] expected = SlowLoss.Gradient((x, _) => Slow(x, target), predicted, new double[0, 0]);
                double[] found = Gradients.Of(length, [p])[0].data<double>().ToArray();
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-6 * Math.Max(1, Math.Abs(expected[i])));
            },
            iter: 60, threads: 1);

    /// <summary>C = λI (each view agrees with itself alone) and C = λ11ᵀ (collapse), for which the traces are powers.</summary>
    [Fact]
    public void CodingLength_SpreadAndCollapsed_AreTheHandComputedNumbers()
    {
        using var scope = NewDisposeScope();
        Tensor spread = eye(4, dtype: ScalarType.Float64) * 3, collapsed = ones(4, 4, dtype: ScalarType.Float64);
        double Length(Tensor rows, int order) => Mec.CodingLength(Mec.Similarities(rows, rows * 2, 0.1), order).item<double>();
        Assert.Equal(4 * (0.1 - 0.01 / 2 + 0.001 / 3 - 0.0001 / 4), Length(spread, 4), 1e-12);
        Assert.Equal(4 * Math.Log(1.1), Length(spread, 0), 1e-12);
        Assert.Equal(0.4 - 0.16 / 2 + 0.064 / 3 - 0.0256 / 4, Length(collapsed, 4), 1e-12);
        Assert.Equal(0.4, Length(collapsed, 1), 1e-12);
        Assert.Equal(Math.Log(1.4), Length(collapsed, 0), 1e-12);
    }

    [Fact]
    public void CodingLength_GrowingOrder_ApproachesTheLogarithm()
    {
        using var scope = NewDisposeScope();
        Tensor similarities = Mec.Similarities(Tiny.Gaussian(1, 6, 3), Tiny.Gaussian(2, 6, 3), 0.3);
        Assert.InRange(Mec.SpectralNorm(similarities), 0.3, 0.999);
        double exact = Mec.CodingLength(similarities, 0).item<double>();
        double[] errors =
            [.. ((int[])[2, 4, 8, 16, 200]).Select(order => Math.Abs(Mec.CodingLength(similarities, order).item<double>() - exact))];
        for (int i = 1; i < errors.Length; i++)
            Assert.True(errors[i] < errors[i - 1], string.Join(" ", errors));
        Assert.Equal(0, errors[^1], 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void CodingLength_ViewsSwappedOrImagesPermuted_IsTheSame(int order)
    {
        using var scope = NewDisposeScope();
        Tensor p = Tiny.Gaussian(1, 6, 4), t = Tiny.Gaussian(2, 6, 4), shuffled = tensor([3L, 1, 5, 0, 4, 2]);
        double Length(Tensor a, Tensor b) => Mec.CodingLength(Mec.Similarities(a, b, 0.1), order).item<double>();
        Assert.Equal(Length(p, t), Length(t, p), 1e-12);
        Assert.Equal(Length(p, t), Length(p.index_select(0, shuffled), t.index_select(0, shuffled)), 1e-12);
        Assert.NotEqual(Length(p, t), Length(p, t.index_select(0, shuffled)), 1e-3);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 4)]
    [InlineData(5, 0)]
    [InlineData(5, 4)]
    public void CodingLength_Collapsed_IsFiniteWithItsGradient(double value, int order)
    {
        using var scope = NewDisposeScope();
        Tensor p = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(), t = full(4, 3, value, dtype: ScalarType.Float32);
        Tensor length = Mec.CodingLength(Mec.Similarities(p, t, 0.1), order);
        double most = order == 0 ? Math.Log(1.4) : 0.4 - 0.16 / 2 + 0.064 / 3 - 0.0256 / 4;
        Assert.Equal(value == 0 ? 0 : most, Tiny.Value(length), 1e-5);
        Assert.True(Gradients.Of(length, [p])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void SpectralNorm_AnyMatrix_IsItsLargestSingularValueFromBelow()
    {
        using var scope = NewDisposeScope();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Tensor matrix = Tiny.Gaussian(seed, 8, 8);
            double norm = linalg.svdvals(matrix).max().item<double>();
            Assert.InRange(Mec.SpectralNorm(matrix), 0.9 * norm, norm * (1 + 1e-12));
            Assert.Equal(norm, Mec.SpectralNorm(matrix, 200), 1e-3 * norm);
        }

        Assert.Equal(0, Mec.SpectralNorm(zeros(3, 3)));
        Assert.Equal(3, Mec.SpectralNorm(ones(3, 3), 1), 1e-6);
    }

    /// <summary>N·ε²/k = 128·64/512 = 16, and 8 times that at the start.</summary>
    [Fact]
    public void InverseScale_Epochs_FallsLinearlyFromEightTimesItsValue()
    {
        double At(double epoch, double warmUp = 10) => Mec.InverseScale(128, 512, 64, warmUp, epoch);
        Assert.Equal(128, At(0), 1e-12);
        Assert.Equal(72, At(5), 1e-12);
        Assert.Equal(16, At(10), 1e-12);
        Assert.Equal(16, At(400), 1e-12);
        Assert.Equal(16, At(0, warmUp: 0), 1e-12);
        var options = new MecOptions();
        Assert.Equal((64, 4, 10), (options.Distortion, options.Order, options.DistortionWarmUp));
        Assert.Equal((0.996, true), (options.TargetMomentum, options.ScheduleTargetMomentum));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 3)]
    [InlineData(4, 50)]
    [InlineData(0, 50)]
    public void Loss_OfViews_IsTheScaledNegativeMeanOfBothDirections(int order, double epoch)
    {
        using var scope = NewDisposeScope();
        ResNet backbone = Tiny.Backbone();
        using var method = new Mec(Small with { Order = order }, backbone);
        method.to(ScalarType.Float64);
        method.eval();
        Tensor images = Tiny.Images(10, ScalarType.Float64);
        MethodLoss loss = method.Loss(Views.Pair(images), new TrainingProgress(0, 100, epoch, 0));
        double[,] t = Rows(loss.Embeddings) /* the target is still equal */, p = Rows(
            ((nn.Module<Tensor, Tensor>)Part(method, "predictor")).forward(loss.Embeddings));
        double inverse = 5 * 64 / 8.0 * (epoch == 0 ? 8 : epoch == 3 ? 8 - 7 * 0.3 : 1);
        double Length(double[,] predicted, double[,] target)
        {
            double[,] similarities = SlowMec.Similarities(predicted, target, 1 / inverse);
            return order == 0 ? Reference.LogDeterminant(SlowMec.IdentityPlus(similarities)) : SlowMec.Series(similarities, order);
        }

        double expected = -0.5 * (Length(Half(p, 0), Half(t, 1)) + Length(Half(p, 1), Half(t, 0))) / 5 * inverse;
        Assert.Equal(expected, loss.Total.item<double>(), 1e-9);
        Assert.Equal(["codingLength"], loss.Terms.Select(term => term.Name));
        Assert.Null(loss.Warning!());
        Assert.Null(loss.Commit);
    }

    /// <summary>As ‖C‖ → 0 only the first term is left: f/(λN) is the mean cosine, 1 where views agree.</summary>
    [Fact]
    public void CodingLength_LargeDistortion_IsTheMeanCosine()
    {
        using var scope = NewDisposeScope();
        Tensor p = Tiny.Gaussian(1, 6, 4), t = Tiny.Gaussian(2, 6, 4);
        const double Scale = 1e-7;
        double cosine = nn.functional.cosine_similarity(p, t, 1, 1e-12).mean().item<double>();
        Assert.Equal(cosine, Mec.CodingLength(Mec.Similarities(p, t, Scale), 4).item<double>() / (6 * Scale), 1e-6);
        Assert.Equal(1, Mec.CodingLength(Mec.Similarities(p, p, Scale), 4).item<double>() / (6 * Scale), 1e-5);
    }

    [Fact]
    public void Loss_SeriesThatNeedNotConverge_Warns()
    {
        using var scope = NewDisposeScope();
        Views views = Views.Pair(Tiny.Images(8));
        string? Warning(double distortion, int order, double epoch)
        {
            using var method = new Mec(Small with { Distortion = distortion, Order = order }, Tiny.Backbone());
            return method.Loss(views, new TrainingProgress(0, 100, epoch, 0)).Warning!();
        }

        Assert.Null(Warning(64, 4, 50));
        Assert.Null(Warning(8.5, 4, 50)); // λN = k/ε² bounds the norm
        string warning = Warning(1e-3, 4, 50)!;
        foreach (string flag in (string[])["--distortion", "--distortion-warm-up", "--order 0"])
            Assert.Contains(flag, warning, StringComparison.Ordinal);
        Assert.DoesNotMatch("[2-9]", warning);
        Assert.Null(Warning(1.5, 4, 0)); // warm: λN = 8/(8·1.5)
        Assert.Null(Warning(64, 0, 50));
    }

    [Fact]
    public void Loss_DeterminantThatIsNotPositive_Warns()
    {
        using var scope = NewDisposeScope();
        using var method = new Mec(Small with { Distortion = 1e-6, Order = 0 }, Tiny.Backbone());
        var predictor = (nn.Module<Tensor, Tensor>)Part(method, "predictor");
        method.eval();
        var warned = new HashSet<bool>();
        for (ulong seed = 0; seed < 10; seed++)
        {
            MethodLoss loss = method.Loss(Views.Pair(Tiny.Images(6, seed: seed)), new TrainingProgress(0, 100, 50, 0));
            Tensor p = predictor.forward(loss.Embeddings), t = loss.Embeddings; // the target is still equal
            bool positive = Positive(p.narrow(0, 0, 3), t.narrow(0, 3, 3)) && Positive(p.narrow(0, 3, 3), t.narrow(0, 0, 3));
            Assert.Equal(positive, loss.Warning!() is null);
            warned.Add(!positive);
        }

        Assert.Equal(2, warned.Count);
        static bool Positive(Tensor p, Tensor t) => Tiny.Value(linalg.det(eye(3) + Mec.Similarities(p, t, 8 / (3 * 1e-6)))) > 0;
    }

    /// <summary>
    /// Predictions opposite to orthogonal targets: I + C = (1 − λ)I, whose determinant is negative for an odd number of images.
    /// </summary>
    [Fact]
    public void CodingLength_BeyondTheSeries_DropsTheSignOfTheDeterminant()
    {
        using var scope = NewDisposeScope();
        Tensor rows = eye(3, dtype: ScalarType.Float64);
        Assert.Equal(3 * Math.Log(2), Mec.CodingLength(Mec.Similarities(rows, -rows, 3), 0).item<double>(), 1e-12);
    }

    [Fact]
    public void AfterStep_Target_FollowsTheScheduledRate()
    {
        using var scope = NewDisposeScope();
        ResNet backbone = Tiny.Backbone();
        using var method = new Mec(Small with { TargetMomentum = 0.9 }, backbone);
        Tensor online = backbone.parameters().First(), target = Part(method, "target").parameters().First();
        Tensor before = target.clone();
        using (no_grad())
            online.add_(1);
        double rate = 1 - 0.1 * (Math.Cos(Math.PI * 24 / 100) + 1) / 2;
        method.AfterStep(new TrainingProgress(25, 100, 0, 0));
        Assert.Equal(1 - rate, Tiny.Value((target - before).mean()), 1e-5);
        Assert.All(Part(method, "target").parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.DoesNotContain("predictor", string.Join(" ", Part(method, "target").state_dict().Keys), StringComparison.Ordinal);
    }

    [Fact]
    public void CodingLength_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string Message(Tensor first, Tensor second) => Assert.Throws<ArgumentException>(() => Mec.Similarities(first, second, 1)).Message;
        Assert.Contains("found [4] and [4, 1]", Message(ones(4), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4, 1]", Message(ones(4, 3), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains(
            "[N, N], found [4, 3]",
            Assert.Throws<ArgumentException>(() => Mec.CodingLength(ones(4, 3), 4)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Mec.CodingLength(ones(3, 3), -1));
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(MecOptions options) => Assert.Throws<InvalidOptionException>(() => new Mec(options, backbone)).Message;
        Assert.Contains("--distortion must", Message(new MecOptions { Distortion = 0 }), StringComparison.Ordinal);
        Assert.Contains("--order", Message(new MecOptions { Order = -1 }), StringComparison.Ordinal);
        Assert.Contains("--distortion-warm-up", Message(new MecOptions { DistortionWarmUp = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("--target-momentum", Message(new MecOptions { TargetMomentum = 1.1 }), StringComparison.Ordinal);
        Assert.Contains("--predictor-hidden", Message(new MecOptions { PredictorHidden = 0 }), StringComparison.Ordinal);
    }

    private static MecOptions Small => new() { ProjectorHidden = 16, ProjectorOutput = 8, PredictorHidden = 4 };

    private static nn.Module Part(SslMethod method, string name) => method.named_children().Single(child => child.name == name).module;

    private static double[,] Rows(Tensor matrix)
    {
        double[,] rows = new double[matrix.shape[0], matrix.shape[1]];
        Buffer.BlockCopy(matrix.detach().contiguous().data<double>().ToArray(), 0, rows, 0, rows.Length * sizeof(double));
        return rows;
    }

    private static double[,] Half(double[,] rows, int which)
    {
        int n = rows.GetLength(0) / 2, k = rows.GetLength(1);
        double[,] half = new double[n, k];
        Array.Copy(rows, which * n * k, half, 0, n * k);
        return half;
    }
}
