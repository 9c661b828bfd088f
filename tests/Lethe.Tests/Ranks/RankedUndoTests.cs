using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Operators;
using Lethe.Ranks;
using Lethe.Tests.Augmentation;
using Lethe.Tests.Methods;
using Lethe.Training;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Ranks;

/// <summary>Some ranks take the bi-level steps that one process takes on the whole batch.</summary>
[Collection(typeof(TorchCollection))]
public sealed class RankedUndoTests
{
    private const int BatchSize = 5;

    public static TheoryData<string, UmmOptions> Variants() => new()
    {
        { "simclr", new UmmOptions { Dose = UmmOptions.Share } },
        { "simclr", new UmmOptions { Hypergradient = "exact", OuterBatch = UmmOptions.Fresh } },
        { "moco", new UmmOptions { Hypergradient = "finite-difference", Volume = "jacobian-norm" } },
        { "vicreg", new UmmOptions { Hypergradient = "exact", Volume = "jacobian-volume", InnerStep = "normalised" } },
        { "barlow-twins", new UmmOptions { RateConvention = UmmOptions.CodeRate, InnerStep = "adam" } },
        { "swav", new UmmOptions { Hypergradient = "exact", Split = "stem" } },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Undo_TwoRanks_IsOneProcess(string name, UmmOptions options)
    {
        const double Tolerance = 1e-9;
        options = options with { Iterations = 3, InnerLearningRate = 0.01, OuterLearningRate = 0.003 };
        SslMethod[] methods = [.. Enumerable.Range(0, 3).Select(_ => Tiny.DoubleMethod(name))];
        (string Name, double Mean)[] alone = Undo(methods[2], null, options);
        (string Name, double Mean)[][] together = ThreadRanks.Run(2, group => Undo(methods[group.Rank], group, options));
        Assert.All(together[0].Zip(alone), pair =>
        {
            Assert.Equal(pair.Second.Name, pair.First.Name);
            Assert.Equal(pair.Second.Mean, pair.First.Mean, Tolerance * Math.Max(1, Math.Abs(pair.Second.Mean)));
        });
        Assert.Equal(Tiny.Bits(methods[0]), Tiny.Bits(methods[1]));
        Assert.All(methods[0].state_dict(), pair => Assert.InRange(
            Tiny.Value((pair.Value - methods[2].state_dict()[pair.Key]).abs().max()), 0, Tolerance));
        foreach (SslMethod method in methods)
            method.Dispose();
    }

    /// <summary>The second derivatives of our own kernel, and those that torch makes of it for a third.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Normalisation_TwoRanks_HasTheDerivativesOfTheWholeBatch(bool rectify)
    {
        const int Channels = 8;
        Tensor map = Tiny.Gaussian(1, 6, Channels, 3, 3).to(ScalarType.Float32), addend = Tiny.Gaussian(2, 6, Channels, 3, 3).to(ScalarType.Float32);
        Tensor[] whole = Derivatives(map, addend, null);
        Tensor[][] parts = ThreadRanks.Run(2, group =>
        {
            var share = new BatchShare(group, 3);
            return Derivatives(RankOperations.Own(share, map), RankOperations.Own(share, addend), share);
        });
        for (int i = 0; i < whole.Length; i++)
        {
            // Of the map each rank has its rows, of scale and shift its part.
            Tensor found = whole[i].dim() == 1 ? parts[0][i] + parts[1][i] : Together(parts[0][i], parts[1][i]);
            Assert.InRange(Tiny.RelativeError([found], [whole[i]]), 0, 2e-5);
        }

        Tensor[] Derivatives(Tensor y, Tensor z, BatchShare? share)
        {
            Tensor input = y.clone().requires_grad_(), scale = linspace(0.5, 1.5, Channels).requires_grad_(),
                shift = linspace(-0.2, 0.3, Channels).requires_grad_(), more = z.clone().requires_grad_();
            Tensor output = MapNormalisation.Run(input, scale, shift, more, rectify, 1e-5, consume: false, null, share).Output;
            Tensor loss = Sum((output * output * output).sum(), share);
            Tensor[] leaves = [input, scale, shift, more];
            Tensor[] first = Gradients.Of(loss, leaves, createGraph: true);
            Tensor slope = Sum((first[0] * first[0]).sum(), share);
            Tensor[] second = Gradients.Of(slope, leaves, createGraph: true);
            Tensor third = Gradients.Of(Sum((second[0] * second[0]).sum(), share), [input])[0];
            return [.. first, .. second, third];
        }

        // Each rank has the same scalar, of which it takes the derivative with respect to what is its own.
        static Tensor Sum(Tensor own, BatchShare? share) => share is null
            ? own
            : RankOperations.Gather(new BatchShare(share.Ranks, 2), own.reshape(1)).sum();

        // Two views of three images, of which rank 0 has the first, rank 1 the others.
        static Tensor Together(Tensor first, Tensor second) =>
            cat([first[..1], second[..2], first[1..], second[2..]]);
    }

    private static (string Name, double Mean)[] Undo(SslMethod method, RankGroup? group, UmmOptions options)
    {
        using var scope = NewDisposeScope();
        set_num_threads(1);
        var share = group is null ? null : new BatchShare(group, BatchSize);
        using var loader = new ViewLoader(Sample.Set(20), Sample.Normalising(), BatchSize, seed: 5, threads: 1, own: share?.Range);
        using var trainer = new UmmTrainer(method, loader, options, control: false, seed: 3, CPU)
        {
            Ranked = group is null ? null : new RankedSteps(group),
        };
        TrainingLoop.Finish(trainer);
        return [.. trainer.State.Means()];
    }
}
