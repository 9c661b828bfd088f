using Lethe.Evaluation.Protocols;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class ProtocolEvaluationTests : IDisposable
{
    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Run_ProtocolsOneAfterTheOther_KeepsTheResultsOfEach()
    {
        (RunDirectory run, Session session) = Start();
        RunDirectory undo = SmallRun.RunUndo(run, session, cancellation: TestContext.Current.CancellationToken);
        Evaluating.Run(run, session, cancellation: TestContext.Current.CancellationToken);
        int plain = run.LoadEvaluation().Count;
        Run(run, session, "linear");
        Run(run, session, "knn");
        EvaluationRecord[] linear = Of(run, "linear");
        Assert.Equal(12, linear.Length);
        Assert.Equal([EvaluationStage.Untrained, EvaluationStage.Before], linear.Select(record => record.Stage).Distinct());
        Assert.Equal((12, 6, 6), (Of(run, "knn").Length, Of(undo, "linear").Length, Of(undo.Control!, "knn").Length));
        Assert.Equal(plain, Of(run, EvaluationRecord.Probes).Length);

        // The same again replaces; the plain evaluation leaves the protocols' records; the reports' numbers are the plain ones.
        string before = File.ReadAllText(run.EvaluationPath);
        Run(run, session, "knn");
        Assert.Equal(before, File.ReadAllText(run.EvaluationPath));
        Evaluating.Run(run, session, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((12, 12), (Of(run, "linear").Length, Of(run, "knn").Length));
        ReportRun report = ReportModel.Load([run.Path]).Groups[0].Runs[0];
        Assert.Equal((plain + 24, plain + 24), (report.Evaluations.Count, report.Undos[0].Evaluations.Count));

        // Frozen layers are the same in all later states.
        double Value(RunDirectory home, EvaluationStage stage) =>
            Of(home, "linear").Single(record => record.Layer == "layer2" && record.Stage == stage).Value;
        Assert.Equal(Value(run, EvaluationStage.Before), Value(undo, EvaluationStage.Umm));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run.Path, "features")));
    }

    [Fact]
    public void Run_TargetOfOtherSizeAndColour_SaysWhatHappensToItsImages()
    {
        (RunDirectory run, Session session) = Start();
        IReadOnlyList<EvaluationRecord> found = ProtocolEvaluation.Run(
            run, session,
            Plan(
                "transfer",
                new ProtocolRunOptions { Target = "embedded", Quick = true, FitImages = 100, MeasureImages = 50, Stages = "before" }),
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["linear", "kNN", "fine-tuned"], found.Select(record => record.Variant).Distinct());
        Assert.All(found, record =>
        {
            Assert.Equal(("embedded", 100, 50, EvaluationStage.Before), (record.Target, record.ProbeCount, record.TestCount, record.Stage));
            Assert.Contains("resized to 16 × 16", record.Settings, StringComparison.Ordinal);
            Assert.Contains("Grey images enter copied", record.Settings, StringComparison.Ordinal);
            Assert.StartsWith("Quick:", record.Settings, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Run_TargetWithoutLabels_IsRefusedBeforeAnythingIsMeasured()
    {
        (RunDirectory run, Session session) = Start();
        for (int i = 0; i < 12; i++)
            SmallRun.WriteImage(Path.Combine(small["flat"], $"{i:00}.png"), i);
        var progress = new System.Collections.Concurrent.ConcurrentQueue<WorkflowProgress>(); // files are read on several threads
        DataException error = Assert.Throws<DataException>(() => ProtocolEvaluation.Run(
            run, session, Plan("transfer", new ProtocolRunOptions { Target = small["flat"] }),
            progress: new Training.Inline<WorkflowProgress>(progress.Enqueue), cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("have no labels", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(progress, report => report.Stage == "evaluating");
        Assert.DoesNotContain(run.LoadEvaluation(), record => record.Measure is not null);
    }

    [Fact]
    public void Run_EncoderFromAFile_GivesTheNumbersOfTheRunThatWroteIt()
    {
        (RunDirectory run, Session session) = Start();
        IReadOnlyList<EvaluationRecord> own = Run(run, session, "knn");
        using (SslMethod method = session.CreateMethod())
        {
            using var scope = NewDisposeScope();
            run.Checkpoints.Load(method);
            Safetensors.Write(small["e.safetensors"], method.Backbone.state_dict());
        }

        IReadOnlyList<EvaluationRecord> found = ProtocolEvaluation.Run(
            new EncoderFileOptions { Encoder = small["e.safetensors"] }, new ForeignOptions(), small.Options.Data, Plan(
                "knn", new ProtocolRunOptions()), SmallRun.Machine, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([EvaluationStage.Untrained, EvaluationStage.Before], found.Select(record => record.Stage).Distinct());
        EvaluationRecord[] trained = [.. found.Where(record => record.Stage == EvaluationStage.Before)];
        Assert.Equal(
            own.Where(record => record.Stage == EvaluationStage.Before && record.Layer != "projector").Select(
                record => (record.Layer, record.Value)),
            trained.Select(record => (record.Layer, record.Value)));
    }

    /// <summary>Each domain is measured with nothing of it fitted on, and the mean is over domains.</summary>
    [Fact]
    public void Run_Domains_LeavesEachOutInTurn()
    {
        (RunDirectory run, Session session) = Start();
        foreach ((string domain, int d) in new[] { "photo", "sketch" }.Select((name, i) => (name, i)))
        {
            for (int i = 0; i < 24; i++)
                SmallRun.WriteImage(Path.Combine(small["pacs"], domain, i % 2 == 0 ? "cat" : "dog", $"{i:00}.png"), (100 * d) + i);
        }

        ProtocolRunOptions options =
            new() { Target = "domains:" + small["pacs"], Quick = true, FitImages = 20, MeasureImages = 10, Stages = "before" };
        IReadOnlyList<EvaluationRecord> found = ProtocolEvaluation.Run(
            run, session, Plan("domains", options), cancellation: TestContext.Current.CancellationToken);
        EvaluationRecord[] last = [.. found.Where(record => record.Layer == "layer4" && record.Variant == "linear")];
        Assert.Equal(["accuracy", "accuracy on photo", "accuracy on sketch"], last.Select(record => record.Measure));
        Assert.Equal([20, 10, 10], last.Select(record => record.TestCount));
        Assert.All(last, record => Assert.Equal(20, record.ProbeCount));
        Assert.Equal((last[1].Value + last[2].Value) / 2, last[0].Value, 1e-12);
        double Half(EvaluationRecord record) => (record.High!.Value - record.Low!.Value) / 2;
        Assert.Equal(Math.Sqrt((Half(last[1]) * Half(last[1])) + (Half(last[2]) * Half(last[2]))) / 2, Half(last[0]), 1e-12);
        foreach (string target in new[] { small["pacs"], options.Target + ",test=photo" })
            Assert.Contains(
                "needs --target domains:PATH",
                Assert.Throws<InvalidOptionException>(() => Plan("domains", options with { Target = target })).Message,
                StringComparison.Ordinal);
    }

    /// <summary>
    /// The checkpoint of the last epoch is the encoder before UMM; frozen layers answer alike before and after, and not the last.
    /// </summary>
    [Fact]
    public void Run_CausalWithEveryCheckpoint_GivesACourseAndEveryState()
    {
        RunOptions keeping = small.Options with { Training = small.Options.Training with { KeepCheckpoints = true } };
        (RunDirectory run, Session session) = small.Start("run", keeping, cancellation: TestContext.Current.CancellationToken);
        SmallRun.RunUndo(run, session, cancellation: TestContext.Current.CancellationToken);
        ProtocolPlan plan = ProtocolPlan.Create(
            "causal",
            new ProtocolRunOptions { EveryCheckpoint = true },
            own => own is CausalProtocolOptions causal ? causal with { CausalImages = 60 } : own);
        IReadOnlyList<EvaluationRecord> found = ProtocolEvaluation.Run(
            run, session, plan, cancellation: TestContext.Current.CancellationToken);
        double[] Values(EvaluationStage stage, int? epoch, string layer) =>
            [
                .. found.Where(record => record.Stage == stage && record.Epoch == epoch && record.Layer == layer).Select(
                    record => record.Value),
            ];
        int last = found.Max(record => record.Epoch)!.Value;
        Assert.Equal(keeping.Training.Epochs, last);
        Assert.Equal(21, Values(EvaluationStage.Before, null, "layer4").Length);
        Assert.Equal(Values(EvaluationStage.Before, last, "layer4"), Values(EvaluationStage.Before, null, "layer4"));
        Assert.NotEqual(Values(EvaluationStage.Untrained, null, "layer4"), Values(EvaluationStage.Before, null, "layer4"));
        Assert.Equal(Values(EvaluationStage.Before, null, "layer2"), Values(EvaluationStage.Umm, null, "layer2"));
        Assert.NotEqual(Values(EvaluationStage.Control, null, "layer4"), Values(EvaluationStage.Umm, null, "layer4"));
        Assert.Contains(found, record => record.Measure == "accuracy of hue" && record.Value > 0.1);

        // Only the states that every run has are compared and tabled; the page shows the course.
        ReportModel model = ReportModel.Load([run.Path]);
        ResultTable table = Assert.Single(ProtocolTables.Of(ResultTable.Of(model.Groups[0], null)));
        Assert.Equal([EvaluationStage.Untrained, EvaluationStage.Before], table.Entrants.Select(entrant => entrant.Stage));
        Assert.All(table.Keys, key => Assert.All(table.Entrants, entrant => Assert.NotNull(entrant[key])));
        Assert.Contains("Over the epochs of pre-training</h4>", HtmlReport.Render(model), StringComparison.Ordinal);
        (RunDirectory bare, Session other) = small.Start("bare", cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(
            "--keep-checkpoints",
            Assert.Throws<RunException>(
                () => ProtocolEvaluation.Run(bare, other, plan, cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_OtherWeights_DropsWhatWasMeasuredOfTheOld()
    {
        static EvaluationRecord Record(
            string protocol, string weights, EvaluationStage stage = EvaluationStage.Before, double value = 0.5) =>
            new(stage, "layer4", protocol, "accuracy", value) { Variant = protocol, Weights = weights };
        EvaluationRecord plain = new(EvaluationStage.Before, "layer4", EvaluationRecord.Probes, "linearAccuracy", 0.1);
        EvaluationRecord[] old = [plain, Record("linear", "a"), Record("knn", "b"), Record("knn", "c", EvaluationStage.Untrained)];
        EvaluationRecord fresh = Record("linear", "b", value: 0.7);
        Assert.Equal([plain, old[2], old[3], fresh], EvaluatedState.Merge(old, [fresh]));

        // Less of the same protocol takes the place of more; what was measured at an epoch, quickly or elsewhere is not the same.
        EvaluationRecord[] others = [fresh with { Epoch = 3, Weights = "c" }, fresh with { Quick = true }, fresh with { Target = "other" }];
        Assert.Equal([.. others, fresh], EvaluatedState.Merge([fresh with { Measure = "more" }, .. others], [fresh]));
    }

    private (RunDirectory Run, Session Session) Start() => small.Start("run", cancellation: TestContext.Current.CancellationToken);

    private static ProtocolPlan Plan(string names, ProtocolRunOptions options) => ProtocolPlan.Create(names, options, own => own);

    private static IReadOnlyList<EvaluationRecord> Run(RunDirectory run, Session session, string names) =>
        ProtocolEvaluation.Run(run, session, Plan(names, new ProtocolRunOptions()), cancellation: TestContext.Current.CancellationToken);

    private static EvaluationRecord[] Of(RunDirectory run, string protocol) =>
        [.. run.LoadEvaluation().Where(record => record.Protocol == protocol)];
}
