using Lethe.Data;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class ScoringTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    /// <summary>24 training images, of which each run takes 12 by its own seed.</summary>
    [Fact]
    public void Run_TwoSubsetsOfOneSource_ScoresWhatOnlyTheFirstSaw()
    {
        (RunDirectory run, Session session) = small.Start("run", Limited(4), cancellation: Token);
        (RunDirectory other, Session otherSession) = small.Start("other", Limited(5), cancellation: Token);
        string[] mine = [.. session.Data.Train.Paths!], theirs = [.. otherSession.Data.Train.Paths!];
        string[] expected = [.. mine.Except(theirs)];
        Assert.InRange(expected.Length, 1, 11);

        ScoringOptions options = new() { ScoreViews = 3 };
        ImageScores scores = Scoring.Run(run, other, options, SmallRun.Machine, cancellation: Token);
        Assert.Equal(expected, scores.Paths);
        Assert.Equal(expected, scores.Images.Select(i => mine[i]));
        Assert.Equal(expected.Length, scores.Candidates);
        Assert.Equal(LayerNames.All, scores.Layers.Select(layer => layer.Layer));
        Assert.Empty(scores.Differences);
        Assert.All(scores.Layers, layer =>
        {
            Assert.Equal((expected.Length, 8), (layer.Scores.Count, layer.Unseen.Count));
            Assert.All(layer.Scores.Concat(layer.Unseen), score => Assert.True(Math.Abs(score) is > 0 and < 1));
        });

        ImageScores again = Scoring.Run(run, other, options with { ScoreImages = 2 }, SmallRun.Machine, cancellation: Token);
        Assert.Equal(scores.Images.Take(2), again.Images);
        Assert.Equal(scores.Layers[4].Scores[0], again.Layers[4].Scores[0], 1e-5);
        Assert.Equal(2, again.Layers[4].Unseen.Count);

        // What neither was trained on are test images, and each time they were looked at.
        string weights = run.LoadScores()!.Weights;
        IReadOnlyList<Look> looks = run.LoadManifest().Looks;
        Assert.Equal([(Look.Test, weights), (Look.Test, weights)], looks.Select(look => (look.Part, Assert.Single(look.Weights))));
        Assert.Empty(other.LoadManifest().Looks);
    }

    [Fact]
    public void Run_AnUndo_IsHeldAgainstTheSameViews()
    {
        (RunDirectory run, Session session) = small.Start("run", Limited(4), cancellation: Token);
        RunDirectory other = small.Start("other", Limited(5), cancellation: Token).Run;
        RunDirectory undo = SmallRun.RunUndo(run, session, SmallRun.Undo with { Control = false }, cancellation: Token);
        ScoringOptions options = new() { ScoreViews = 2 };
        ImageScores before = Scoring.Run(run, other, options, SmallRun.Machine, cancellation: Token),
            after = Scoring.Run(undo, other, options, SmallRun.Machine, cancellation: Token);
        Assert.Equal(before.Images, after.Images);
        Assert.Equal(before.Layers[2].Scores, after.Layers[2].Scores); // frozen
        Assert.NotEqual(before.Layers[4].Scores, after.Layers[4].Scores);
        Assert.Equal(["kind (umm against pretrain)"], after.Differences);
    }

    /// <summary>By itself a run is held against probe images: neither test images nor sealed ones, and no look is counted.</summary>
    [Fact]
    public void HeldOut_OneRun_ScoresItAgainstProbeImages()
    {
        for (int i = 20; i < 60; i++)
            SmallRun.WriteImage(Path.Combine(small.ImageFolder, $"class{i % 2}", $"{i}.png"), i);
        RunOptions options = small.Options with
        {
            Data = small.Options.Data with { ProbeImages = 12 }, Training = small.Options.Training with { Epochs = 1 },
        };
        (RunDirectory run, Session session) = small.Start("run", options, cancellation: Token);
        ImageScores scores = Scoring.HeldOut(run, session, new ScoringOptions { ScoreViews = 2, ScoreImages = 15 }, cancellation: Token);
        Assert.Equal(session.Data.Train.Paths!.Take(15), scores.Paths);
        Assert.Equal(LayerNames.All, scores.Layers.Select(layer => layer.Layer));
        Assert.All(scores.Layers, layer => Assert.Equal((15, 12), (layer.Scores.Count, layer.Unseen.Count)));
        Assert.Empty(run.LoadManifest().Looks);
        ScoredImages kept = run.LoadScores()!;
        Assert.Null(kept.Against);
        Assert.Equal(scores.Layers[4].Auc, kept.Layers[4].Auc);

        using var smaller = new SmallRun();
        (RunDirectory few, Session without) = smaller.Start("few", cancellation: Token);
        Assert.False(Scoring.HasHeldOut(without));
        Assert.Contains(
            "has 8 held-out images, and the score of an image needs 10",
            Assert.Throws<RunException>(() => Scoring.HeldOut(few, without, new ScoringOptions(), cancellation: Token)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Copies under other names are the same images.</summary>
    [Fact]
    public void Run_TheSameImages_IsRefused()
    {
        RunDirectory run = small.Start("run", cancellation: Token).Run;
        string copies = small["copies"];
        for (int label = 0; label < 2; label++)
        {
            Directory.CreateDirectory(Path.Combine(copies, $"class{label}"));
            foreach (string file in Directory.GetFiles(Path.Combine(small.ImageFolder, $"class{label}")))
                File.Copy(file, Path.Combine(copies, $"class{label}", Path.GetFileNameWithoutExtension(file) + "copy.png"));
        }

        RunOptions options = small.Options with { Data = small.Options.Data with { Data = copies }, Seed = 9 };
        RunDirectory other = small.Start("other", options, cancellation: Token).Run;
        string message = Assert.Throws<RunException>(
            () => Scoring.Run(run, other, new ScoringOptions(), SmallRun.Machine, cancellation: Token)).Message;
        Assert.Contains("trained on all 24 images", message, StringComparison.Ordinal);
        Assert.Contains("--seed", message, StringComparison.Ordinal);
        Assert.Throws<RunException>(() => Scoring.Run(run, run, new ScoringOptions(), SmallRun.Machine, cancellation: Token));
    }

    [Fact]
    public void Run_OtherSizesOrOptions_SaysSo()
    {
        RunDirectory run = small.Start("run", Limited(4), cancellation: Token).Run;
        RunOptions large = Limited(5) with { Data = Limited(5).Data with { ImageSize = 20 } };
        Assert.Contains("--image-size", Assert.Throws<RunException>(() => Scoring.Run(run, small.Start("large", large, cancellation: Token).Run, new ScoringOptions(), SmallRun.Machine, cancellation: Token)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "--score-views",
            Assert.Throws<InvalidOptionException>(
                () => Scoring.Run(run, run, new ScoringOptions { ScoreViews = 1 }, SmallRun.Machine, cancellation: Token)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "--score-images",
            Assert.Throws<InvalidOptionException>(() => new ScoringOptions { ScoreImages = 0 }.Validate()).Message,
            StringComparison.Ordinal);
        RunOptions longer = Limited(5) with { Training = small.Options.Training with { Epochs = 2 } };
        ImageScores scores = Scoring.Run(
            run, small.Start("longer", longer, cancellation: Token).Run, new ScoringOptions { ScoreViews = 2, ScoreImages = 1 },
            SmallRun.Machine, cancellation: Token);
        Assert.Equal(["training"], scores.Differences);
    }

    private RunOptions Limited(ulong seed) => small.Options with { Data = new DataOptions { Data = small.ImageFolder, ImageSize = Tiny.ImageSize, Limit = 12 }, Training = small.Options.Training with { Epochs = 1 }, Seed = seed };
}
