using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class EarlyStopTests : IDisposable
{
    private const int Epochs = 8;

    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    [Theory]
    [InlineData("turn", 12, 30, 12)]
    [InlineData("gap", 12, 30, 30)]
    [InlineData("either", 12, 30, 12)]
    [InlineData("either", 12, 5, 5)]
    [InlineData("either", null, 5, 5)]
    [InlineData("either", 12, null, 12)]
    [InlineData("turn", null, 5, null)]
    [InlineData("gap", 12, null, null)]
    [InlineData("either", null, null, null)]
    public void Onset_OfASignOfReduction_IsItsEpoch(string sign, int? turn, int? gap, int? expected)
    {
        var verdict = new ReductionVerdict(
            turn is not null, turn, turn is null ? null : "layer4", gap is not null, gap, gap is null ? null : "layer3", "");
        Assert.Equal(expected, StopSign.Onset(verdict, StopSign.OfEarlier(sign))?.Epoch);
    }

    /// <summary>A curve that turns at epoch 10 is known to have turned patience evaluations later; then training ends.</summary>
    [Fact]
    public void IsDue_SyntheticCurve_IsKnownAfterPatience()
    {
        RunDirectory run = RunDirectory.Create(small["run"]);
        RunOptions options = new() { StopOnMemorisation = true, MemorisationSign = "reduction-turn" };
        var stop = new EarlyStop(run, options);
        int? stopped = null;
        for (int epoch = 0; epoch <= 20 && stopped is null; epoch++)
        {
            run.AppendMeasurements([new Measurement(epoch, "layer4", Measure.InstanceReductionTrain, 30 - Math.Abs(epoch - 10))]);
            stopped = stop.IsDue(epoch) ? epoch : null;
        }

        Assert.InRange(stopped!.Value, 13, 14);
        Assert.False(new EarlyStop(run, options with { StopOnMemorisation = false }).IsDue(20));
        Assert.False(new EarlyStop(run, options with { MemorisationSign = "reduction-gap" }).IsDue(20));

        // ΔR alone ends nothing where it was not asked for.
        Assert.False(new EarlyStop(run, options with { MemorisationSign = "auto" }).IsDue(20));
    }

    /// <summary>
    /// An accuracy that falls at seven tenths ends training once it has been seen at three evaluations; one that falls with the early
    /// layer's, and one that rises while ΔR and its gap turn, never do.
    /// </summary>
    [Fact]
    public void IsDue_AccuracyTurns_IsSeenThreeTimesBeforeItEnds()
    {
        RunOptions options = new() { StopOnMemorisation = true };
        int? turned = Stopped("turned", SyntheticCourse.Abrupt(0.2), SyntheticCourse.Plateau, _ => 0);
        Assert.InRange(turned!.Value, 160, 200);
        Assert.Null(Stopped("alike", SyntheticCourse.Abrupt(0.2), SyntheticCourse.Abrupt(0.2), _ => 0));
        Assert.Null(Stopped("healthy", SyntheticCourse.Rising, SyntheticCourse.Plateau, epoch => epoch > 100 ? (epoch - 100) * 0.1 : 0));

        int? Stopped(string name, Func<double, double> late, Func<double, double> early, Func<int, double> turn)
        {
            RunDirectory run = RunDirectory.Create(small[name]);
            var stop = new EarlyStop(run, options);
            foreach (var epoch in SyntheticCourse.Run(3, late, early, images: 1000).GroupBy(m => m.Epoch))
            {
                run.AppendMeasurements(
                [
                    .. epoch, new Measurement(epoch.Key, "layer4", Measure.InstanceReductionTrain, (0.05 * epoch.Key) - turn(epoch.Key)),
                    new Measurement(epoch.Key, "layer4", Measure.InstanceReductionHeldOut, (0.05 * epoch.Key) - (2 * turn(epoch.Key))),
                ]);
                if (stop.IsDue(epoch.Key))
                    return epoch.Key;
            }

            return null;
        }
    }

    /// <summary>A monitor without tolerances sees a sign in any noise.</summary>
    [Fact]
    public void Pretraining_MemorisationSeen_StopsAndKeepsTheOnset()
    {
        RunOptions options = Forced(),
            whole = options with { StopOnMemorisation = false, Training = options.Training with { KeepCheckpoints = true } };
        RunDirectory full = small.Start("full", whole, cancellation: Token).Run;
        RunDirectory run = small.Start("run", options, cancellation: Token).Run;
        RunManifest manifest = run.LoadManifest();
        int last = run.LoadMetrics().Measurements.Max(m => m.Epoch), best = manifest.BestEpoch!.Value;
        Assert.Equal(RunStatus.Done, manifest.Status);
        Assert.InRange(last, 2, Epochs - 1);
        Assert.InRange(best, 0, last);

        // The same run up to there, and the encoder of the onset.
        Assert.StartsWith(File.ReadAllText(run.MetricsPath), File.ReadAllText(full.MetricsPath), StringComparison.Ordinal);
        Assert.Equal(["best.safetensors", "last.safetensors"], Directory.GetFiles(run.CheckpointFolder).Select(Path.GetFileName).Order());
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(full.CheckpointFolder, $"epoch-{best:D5}.safetensors")),
            File.ReadAllBytes(Checkpoint(run, "best")));
        RunWarning warning = manifest.Warnings.Single(warning => warning.Kind == "memorisation");
        Assert.Equal(last, warning.Epoch);
        Assert.Contains($" turned after epoch {best} (sign: reduction-", warning.Text, StringComparison.Ordinal);
        Assert.Contains($"stopped at epoch {last} of {Epochs}", warning.Text, StringComparison.Ordinal);
        using (Encoder.Load(run, SmallRun.Machine, "layer4", "best"))
            Assert.Contains(
                "There are: best, last",
                Assert.Throws<RunException>(() => Encoder.Load(run, SmallRun.Machine, "layer4", "epoch-00001")).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Pretraining_InterruptedBeforeTheStop_StopsAtTheSameBytes()
    {
        RunDirectory whole = small.Start("whole", Forced(), cancellation: Token).Run;
        int last = whole.LoadMetrics().Measurements.Max(m => m.Epoch);
        Func<WorkflowProgress, bool>[] moments =
        [
            progress => progress is { Stage: "pre-training", Done: 4 }, // within an epoch of three steps
            progress => progress.Stage == "diagnosing" && progress.Detail.Contains($"epoch {last} ", StringComparison.Ordinal),
        ];
        for (int i = 0; i < moments.Length; i++)
        {
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(
                () => small.Start($"run{i}", Forced(), SmallRun.CancelWhen(stop, moments[i]), stop.Token));
            Same(whole, Pretraining.Resume(small[$"run{i}"], SmallRun.Machine, cancellation: Token).Run);
        }

        // The process ended after everything was written but that the run is done.
        RunManifest manifest = whole.LoadManifest();
        (RunDirectory again, _) = small.Start("again", Forced(), cancellation: Token);
        again.SaveManifest(again.LoadManifest() with { Status = RunStatus.Running });
        Same(whole, Pretraining.Resume(again.Path, SmallRun.Machine, cancellation: Token).Run);
        Assert.Single(again.LoadManifest().Warnings, warning => warning.Kind == "memorisation");
        Assert.Equal(RunStatus.Done, manifest.Status);
    }

    [Fact]
    public void Pretraining_NothingSeen_GoesToTheEndWithoutABest()
    {
        RunOptions options = small.Options with { StopOnMemorisation = true };
        RunDirectory run = small.Start("run", options, cancellation: Token).Run;
        Assert.Equal(SmallRun.Epochs, run.LoadManifest().BestEpoch);
        Assert.DoesNotContain(run.LoadManifest().Warnings, warning => warning.Kind == "memorisation");
        Assert.Equal(["last.safetensors"], Directory.GetFiles(run.CheckpointFolder).Select(Path.GetFileName));
    }

    /// <summary>What a rule chose is on disk while training goes, and what an interrupted run keeps is the same bytes.</summary>
    [Fact]
    public void Pretraining_KeepsByARule_HasTheBestOfItsEvaluationsInterruptedOrNot()
    {
        RunOptions options = small.Options with
        {
            Keep = "best-rankme", Training = small.Options.Training with { Epochs = Epochs, KeepCheckpoints = true },
        };
        RunDirectory run = small.Start("run", options, cancellation: Token).Run;
        int best = BestRule.Find("best-rankme")!.Choose(run.LoadMeasurements())!.Value;
        Assert.Equal(run.LoadMeasurements().Where(m => m.Layer == "layer4" && m.Name == EffectiveRank.Entry.HeldOut).Max(m => m.Value),
            run.LoadMeasurements().Single(m => m.Layer == "layer4" && m.Name == EffectiveRank.Entry.HeldOut && m.Epoch == best).Value);
        Assert.Equal(best, run.LoadManifest().BestEpoch);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run.CheckpointFolder, $"epoch-{best:D5}.safetensors")),
            File.ReadAllBytes(Checkpoint(run, "best")));

        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => small.Start(
            "again", options, SmallRun.CancelWhen(stop, progress => progress is { Stage: "pre-training", Done: 13 }), stop.Token));
        Same(run, Pretraining.Resume(small["again"], SmallRun.Machine, cancellation: Token).Run);
    }

    [Fact]
    public void Best_EqualsAndRepeats_TakesTheEarliestOfTheLatest()
    {
        static Measurement Loss(int epoch, double value) => new(epoch, Measure.Run, Measure.LossHeldOut, value);
        BestRule rule = BestRule.Find("best-heldout")!;
        Assert.Equal(2, rule.Choose([Loss(0, 3), Loss(2, 1), Loss(4, 1), Loss(1, 0.5), Loss(1, 2)]));
        Assert.Null(rule.Choose([new(0, "layer4", EffectiveRank.Entry.HeldOut, 1)]));
        Assert.Null(BestRule.Find("last"));
    }

    private static string Checkpoint(RunDirectory run, string name) => Path.Combine(run.CheckpointFolder, name + ".safetensors");

    private static void Same(RunDirectory expected, RunDirectory found)
    {
        Assert.Equal(File.ReadAllText(expected.MetricsPath), File.ReadAllText(found.MetricsPath));
        foreach (string name in (string[])["last", "best"])
            Assert.Equal(File.ReadAllBytes(Checkpoint(expected, name)), File.ReadAllBytes(Checkpoint(found, name)));
        Assert.Equal(expected.LoadManifest().BestEpoch, found.LoadManifest().BestEpoch);
        Assert.Equal(expected.LoadManifest().Warnings, found.LoadManifest().Warnings);
    }

    private RunOptions Forced() => small.Options with
    {
        StopOnMemorisation = true,
        MemorisationSign = "reduction-either",
        Monitor = new MemorisationOptions { RelativeTolerance = 0, AbsoluteTolerance = 0, NoiseTolerance = 0, Patience = 1, FewestEvaluations = 3 },
        Training = small.Options.Training with { Epochs = Epochs },
    };
}
