using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Tests.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>Sealed images are read by nothing before they are asked for, and each look at them is written down.</summary>
[Collection<TorchCollection>]
public sealed class SealedTests : IDisposable
{
    private const int Count = 6;

    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RunOptions Options => small.Options with { Data = small.Options.Data with { SealedImages = Count } };

    public void Dispose() => small.Dispose();

    [Fact]
    public void Start_SealedImagesThatCannotBeRead_MakesTheSameRun()
    {
        (RunDirectory first, Session session) = small.Start("run", Options, cancellation: Token);
        string[] files = [.. Sealed(first).Select(name => Path.Combine(small.ImageFolder, name))];
        Assert.Equal((Count, 18, 8, 8), (files.Length, session.Data.Train.Count, session.Data.Probe.Count, session.Data.Test.Count));
        byte[][] images = [.. files.Select(File.ReadAllBytes)];
        foreach ((int i, string file) in files.Index())
            File.WriteAllText(file, $"no image {i}");
        (RunDirectory second, Session again) = small.Start("again", Options, cancellation: Token);
        SmallRun.RunUndo(second, again, cancellation: Token);
        Evaluating.Run(second, again, cancellation: Token);
        Assert.Equal(first.LoadManifest().Data.Fingerprint, second.LoadManifest().Data.Fingerprint);
        Assert.Equal(File.ReadAllText(first.MetricsPath), File.ReadAllText(second.MetricsPath));
        Assert.Contains(
            $"None of {Count} image files", Assert.Throws<DataException>(() => Evaluate(second, again)).Message, StringComparison.Ordinal);
        Assert.Equal([Look.Test], second.LoadManifest().Looks.Select(look => look.Part));

        foreach ((int i, string file) in files.Index())
            File.WriteAllBytes(file, images[i]);
        EvaluationRecord[] test = [.. second.LoadEvaluation()];
        Evaluate(second, again);
        Assert.Equal(test, second.LoadEvaluation().Where(record => record.Target is null));
        EvaluationRecord[] found = [.. second.LoadEvaluation().Where(record => record.Target == EvaluationRecord.SealedTest)];
        Assert.Equal([EvaluationStage.Untrained, EvaluationStage.Before], found.Select(record => record.Stage).Distinct());
        EvaluationRecord linear = found.Last(record => record is { Layer: "layer4", Measure: Measure.LinearAccuracy });
        Assert.Equal((8, Count, Count), (linear.ProbeCount, linear.TestCount, Hits.Unpack(linear.Hits!).Length));
        Assert.NotEqual(test[0].TestImages, linear.TestImages);
        Assert.Contains(second.Undos[0].Control!.LoadEvaluation(), record => record.Target == EvaluationRecord.SealedTest);
    }

    [Fact]
    public void Run_OnSealedTwice_SaysThatTheyWereReadAndCountsEachLook()
    {
        (RunDirectory run, Session session) = small.Start("run", Options, cancellation: Token);
        Evaluating.Run(run, session, cancellation: Token);
        Assert.DoesNotContain(Evaluate(run, session), text => text.Contains("before", StringComparison.Ordinal));
        ProtocolEvaluation.Run(
            run, session, ProtocolPlan.Create("knn", new ProtocolRunOptions()), "lethe evaluate knn", onSealed: true, cancellation: Token);
        const string Before = "were measured on the sealed images before";
        string[] said = [.. Evaluate(run, session).Where(text => text.Contains(Before, StringComparison.Ordinal))];
        Assert.Equal(2, said.Length);
        Assert.Contains("(lethe evaluate run --sealed), and once more since", said[0], StringComparison.Ordinal);
        Assert.Equal([Look.Test, Look.Sealed, Look.Sealed, Look.Sealed], run.LoadManifest().Looks.Select(look => look.Part));

        // What is already measured is no look.
        Evaluating.Update(run, session, cancellation: Token);
        Assert.Equal(4, run.LoadManifest().Looks.Count);

        ReportModel model = ReportModel.Load([run.Path]);
        string sentence = Assert.Single(LookCount.Sentences(model.Groups[0].Runs));
        Assert.StartsWith("Looks: test images once, sealed images 3 times (2", sentence, StringComparison.Ordinal);
        Comparison comparison = Comparison.Of(model, new ComparisonOptions());
        Assert.Contains(sentence, comparison.Notes);
        string[] names = [.. comparison.Table.Keys.Select(key => key.Name)];
        Assert.Contains("linear probe, accuracy", names);
        Assert.Contains("linear probe, accuracy, sealed test", names);
        Assert.Contains("knn on sealed test, kNN, accuracy", names);
        Assert.Contains("loss unseen", names);
        Assert.Contains("ΔR unseen, sealed test", names);

        // The sealed images are fewer than a batch.
        Assert.DoesNotContain("loss unseen, sealed test", names);
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public void Run_OnSealedThatThereAreNot_SaysHowToHaveThem()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        Assert.Contains("--sealed-images", Assert.Throws<RunException>(() => Evaluate(run, session)).Message, StringComparison.Ordinal);
        Assert.Empty(run.LoadManifest().Looks);
        (RunDirectory with, Session other) = small.Start("with", Options, cancellation: Token);
        ProtocolPlan plan = ProtocolPlan.Create("transfer", new ProtocolRunOptions { Target = "embedded" });
        Assert.Contains(
            "transfer measures others",
            Assert.Throws<InvalidOptionException>(
                () => ProtocolEvaluation.Run(with, other, plan, "lethe evaluate", onSealed: true, cancellation: Token)).Message,
            StringComparison.Ordinal);
        Assert.Empty(with.LoadManifest().Looks);
    }

    private static IEnumerable<string> Sealed(RunDirectory run) =>
        File.ReadLines(run.DivisionPath).Where(line => line.Contains(",sealed,", StringComparison.Ordinal))
            .Select(line => line.Split(',')[0]);

    private static List<string> Evaluate(RunDirectory run, Session session)
    {
        var said = new List<string>();
        Evaluating.Run(
            run, session, "lethe evaluate run --sealed", true,
            new Inline<WorkflowProgress>(progress => said.Add(progress.Notice ?? "")), Token);
        return said;
    }
}
