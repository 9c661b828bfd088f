using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Ranks;
using Lethe.Tests.Augmentation;
using Lethe.Tests.Methods;
using Lethe.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Ranks;

/// <summary>Some ranks take the steps that one process takes on the whole batch.</summary>
[Collection(typeof(TorchCollection))]
public sealed class RankedPretrainingTests
{
    private const int Images = 24, BatchSize = 6, Epochs = 5;

    // Wide enough that kernels of our own take all layers.
    private static readonly BackboneOptions Wide = Tiny.Network with { Width = 8 };

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Train_TwoRanksInDoublePrecision_IsOneProcess(string name) => Compare(name, 2);

    [Theory]
    [InlineData("simclr")]
    [InlineData("moco")]
    [InlineData("swav")]
    [InlineData("corinfomax")]
    public void Train_TwoRanksOnOwnKernels_IsOneProcessUpToRounding(string name) => CompareRounded(name);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Train_EachMethodOnOwnKernels_IsOneProcessUpToRounding(string name) => CompareRounded(name);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Train_FourRanksWithUnevenShares_IsOneProcess(string name) => Compare(name, 4);

    [Fact]
    public void Train_LocalViewsAndAccumulation_IsOneProcess() =>
        Compare("swav", 2, new AugmentationOptions { LocalViews = 2, LocalSize = 16 }, accumulate: 2);

    // In float32 one number in millions is rectified away on one side and not on the other, from where trainings part as they do between
    // two kinds of kernels: so the rate is small, and what is held is how far weights moved.
    private static void CompareRounded(string name)
    {
        const double Rate = 2e-5, OfLosses = 0.02, OfMovement = 0.05, OfFirstLosses = 5e-5;
        using SslMethod start = Method(name, ScalarType.Float32), alone = Method(name, ScalarType.Float32);
        SslMethod[] methods = [.. Enumerable.Range(0, 2).Select(_ => Method(name, ScalarType.Float32))];
        IReadOnlyList<double> expected = Train(alone, null, null, 1, Rate);
        IReadOnlyList<double>[] found = ThreadRanks.Run(2, group => Train(methods[group.Rank], group, null, 1, Rate));
        foreach ((int step, (double loss, double other)) in found[0].Zip(expected).Index())
            Assert.Equal(other, loss, (step < 3 ? OfFirstLosses : OfLosses) * Math.Max(1, Math.Abs(other)));
        Assert.Equal(Tiny.Bits(methods[0]), Tiny.Bits(methods[1]));
        double off = Tiny.RelativeError(Moved(methods[0]), Moved(alone));
        Assert.InRange(off, 0, OfMovement);
        foreach (SslMethod method in methods)
            method.Dispose();

        IEnumerable<Tensor> Moved(SslMethod method) =>
            method.named_parameters().Zip(start.named_parameters(), (one, other) => one.parameter - other.parameter);
    }

    private static void Compare(
        string name, int count, AugmentationOptions? views = null, int accumulate = 1)
    {
        const double Tolerance = 1e-9, Rate = 0.005;
        SslMethod[] methods = [.. Enumerable.Range(0, count + 1).Select(_ => Method(name, ScalarType.Float64))];
        try
        {
            IReadOnlyList<double> alone = Train(methods[count], null, views, accumulate, Rate);
            IReadOnlyList<double>[] together = ThreadRanks.Run(count, group => Train(methods[group.Rank], group, views, accumulate, Rate));
            foreach (IReadOnlyList<double> losses in together)
            {
                Assert.Equal(20 / accumulate, losses.Count);
                Assert.All(losses.Zip(alone), pair => Assert.Equal(pair.Second, pair.First, Tolerance * Math.Max(1, Math.Abs(pair.Second))));
                Assert.Equal(together[0], losses);
            }

            Assert.All(methods[..count], method =>
            {
                Close(Gradients(method), Gradients(methods[count]), Tolerance);
                Close(method.state_dict().ToDictionary(), methods[count].state_dict().ToDictionary(), Tolerance);
                Assert.Equal(Tiny.Bits(methods[0]), Tiny.Bits(method));
            });
        }
        finally
        {
            foreach (SslMethod method in methods)
                method.Dispose();
        }
    }

    private static SslMethod Method(string name, ScalarType type)
    {
        SslMethod method = Tiny.Method(name, options: type == ScalarType.Float32 ? Wide : null);
        method.to(type);
        return method;
    }

    private static IReadOnlyList<double> Train(SslMethod method, RankGroup? group, AugmentationOptions? views, int accumulate, double rate)
    {
        using var scope = NewDisposeScope();
        set_num_threads(1);
        var share = group is null ? null : new BatchShare(group, BatchSize);
        ViewAugmenter augmenter = views is null ? Sample.Normalising() : Sample.Plain(views, Tiny.ImageSize, 3);
        using var loader = new ViewLoader(
            Sample.Set(Images), augmenter, BatchSize, seed: 5, threads: 1, localViews: views is not null, own: share?.Range);
        TrainingOptions options = new()
        {
            Epochs = Epochs, BatchSize = BatchSize, Optimiser = "sgd", LearningRate = rate, Accumulate = accumulate,
        };
        using var trainer = new Pretrainer(method, loader, options, seed: 3, CPU)
        {
            Ranked = group is null ? null : new RankedSteps(group),
        };
        var losses = new List<double>();
        foreach (TrainingMoment.StepTaken step in TrainingLoop.Steps(trainer))
            losses.Add(step.Report.Loss);
        return losses;
    }

    private static Dictionary<string, Tensor> Gradients(SslMethod method) => method.named_parameters()
        .Where(parameter => parameter.parameter.grad is not null).ToDictionary(one => one.name, one => one.parameter.grad!);

    private static void Close(IReadOnlyDictionary<string, Tensor> found, IReadOnlyDictionary<string, Tensor> expected, double tolerance)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach ((string name, Tensor tensor) in expected)
        {
            Tensor one = found[name].detach().to(ScalarType.Float64), other = tensor.detach().to(ScalarType.Float64);
            double size = Math.Max(1, Tiny.Value(other.abs().max())), off = Tiny.Value((one - other).abs().max());
            Assert.True(off <= tolerance * size, FormattableString.Invariant($"{name} is off by {off:E2}"));
        }
    }
}
