using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Tests.Workflow;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Tests.Runs;

/// <summary>What version 0.1.0 wrote (Fixtures/README.md says how) is read, whatever names and types have become since.</summary>
[Collection(typeof(TorchCollection))]
public sealed class EarlierRunTests : IDisposable
{
    private static readonly JsonSerializerOptions web = new(JsonSerializerDefaults.Web);

    private static readonly JsonSerializerOptions indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TemporaryFolder folder = new();

    private static string Fixture => Path.Combine(Repository.Root, "tests", "Lethe.Tests", "Fixtures", "run-0.1.0");

    private static RunDirectory Run => RunDirectory.Open(Fixture);

    private static RunDirectory Undo => Run.Undos.Single();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Manifest_OfPretraining_HasTheOptionsThatWereGiven()
    {
        RunManifest manifest = Run.LoadManifest();
        Assert.Equal((RunKind.Pretrain, RunStatus.Done, "SimCLR", 3UL), (manifest.Kind, manifest.Status, manifest.Method, manifest.Seed));
        Assert.Equal((96, 60, 60), (manifest.Data.TrainCount, manifest.Data.ProbeCount, manifest.Data.TestCount));
        Assert.Null(manifest.Umm);
        Assert.Equal(
            new RunOptions
            {
                Data = new()
                {
                    Data = "embedded", ImageSize = 16, Limit = 96, ProbeImages = 60, TestImages = 60, Labels = LabelRule.Folders,
                    Duplicates = DuplicateRule.Ignore, Division = DivisionRule.Earlier,
                },
                Views = AugmentationOptions.Named("simclr") with { BlurProbability = 0 },
                Backbone = new() { Backbone = "resnet10", Width = 4 },
                MethodOptions = new SimClrOptions { ProjectorHidden = 16, ProjectorOutput = 8 },
                Training = new() { Epochs = 2, BatchSize = 16, Optimiser = "sgd", EvaluateEvery = 1 },
                Evaluation = new() { RateImages = 16, LidarImages = 8, Neighbours = 5 },
                Seed = 3,
            },
            manifest.Pretraining);
    }

    [Fact]
    public void Manifest_OfUndoAndControl_HasTheirOptionsAndThoseOfTheRun()
    {
        RunManifest undo = Undo.LoadManifest(), control = Undo.Control!.LoadManifest();
        Assert.Equal((RunKind.Umm, RunKind.Control), (undo.Kind, control.Kind));
        Assert.Equal(new UmmOptions { Iterations = 3, BatchSize = 8, EvaluateIterations = 1 }, undo.Umm);
        Assert.Equal(undo.Umm, control.Umm);
        Assert.Equal(Run.LoadManifest().Pretraining, undo.Pretraining);
        Assert.Equal(Run.LoadManifest().Pretraining, control.Pretraining);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("umm/late")]
    [InlineData("umm/late/control")]
    public void EachFile_ReadAndWrittenAgain_HasTheSameBytes(string part)
    {
        RunDirectory from = RunDirectory.Open(Path.Combine(Fixture, part)), to = RunDirectory.Create(folder["run"]);
        to.SaveManifest(from.LoadManifest());
        to.SaveEvaluation(from.LoadEvaluation());
        to.AppendMeasurements(from.LoadMetrics().Measurements);
        Assert.Equal(File.ReadAllText(from.ManifestPath), WithoutWhatIsNew(File.ReadAllText(to.ManifestPath)));
        Assert.Equal(from.LoadEvaluation(), to.LoadEvaluation());
        Assert.Equal(File.ReadAllText(from.MetricsPath), File.ReadAllText(to.MetricsPath));
    }

    /// <summary>What a run has for options that were not there yet when it was made: their defaults, at which they do nothing.</summary>
    private static string WithoutWhatIsNew(string manifest)
    {
        JsonNode document = JsonNode.Parse(manifest)!;
        JsonObject options = document["options"]!.AsObject();
        options = options["pretraining"]?.AsObject() ?? options;
        Assert.True(options.Remove("init", out JsonNode? init) && init is null);
        Assert.True(options.Remove("weights", out JsonNode? weights));
        Assert.Equal(new WeightsOptions(), weights.Deserialize<WeightsOptions>(web));
        JsonObject data = options["data"]!.AsObject();
        Assert.True(data.Remove("division", out JsonNode? division) && (string?)division == DivisionRule.Earlier);
        Assert.True(data.Remove("labels", out JsonNode? labels) && (string?)labels == LabelRule.Folders);
        Assert.True(data.Remove("duplicates", out JsonNode? duplicates) && (string?)duplicates == DuplicateRule.Ignore);
        Assert.True(data.Remove("groupBy", out JsonNode? groupBy) && groupBy is null);
        JsonObject training = options["training"]!.AsObject();
        Assert.True(training.Remove("freeze", out JsonNode? freeze) && (string?)freeze == "none");
        Assert.True(training.Remove("freezeEpochs", out JsonNode? epochs) && (int?)epochs == 0);
        return document.ToJsonString(indented) + "\n";
    }

    /// <summary>It is divided as it was: the fingerprint that it was made with is checked.</summary>
    [Fact]
    public void Session_OfIt_HasTheImagesOfThen()
    {
        Session session = Session.Open(Run, SmallRun.Machine, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((96, 60, 60), (session.Data.Train.Count, session.Data.Probe.Count, session.Data.Test.Count));
    }

    [Fact]
    public void Records_OfEachState_AreFound()
    {
        EvaluationRecord[] records = [.. Run.LoadEvaluation(), .. Undo.LoadEvaluation(), .. Undo.Control!.LoadEvaluation()];
        Assert.Equal(Enum.GetValues<EvaluationStage>(), records.Select(record => record.Stage).Distinct().Order());
        Assert.All(
            records.GroupBy(record => record.Stage),
            stage =>
                Assert.Equal((6 * 5, 6), (stage.Count(record => record.Protocol == EvaluationRecord.Probes), stage.Count(record => record.Variant == "kNN"))));
        Assert.Equal([0, 1, 2], Run.LoadMetrics().Measurements.Select(m => m.Epoch).Distinct());
        Assert.Equal([0, 1, 2, 3], Undo.LoadMetrics().Measurements.Select(m => m.Epoch).Distinct());
    }

    [Fact]
    public void Checkpoint_Last_HasTheWeightsThatWereEvaluated()
    {
        using SslMethod method = Session.CreateMethod(Run.LoadManifest().Pretraining, 1, 16, SmallRun.Machine.Prepare());
        TrainingState state = Run.Checkpoints.Load(method);
        Assert.Equal((12, 2, 2), (state.Step, state.Epoch, state.EvaluatedAt));
        Assert.Equal(new FileInfo(Run.MetricsPath).Length, state.MetricsLength);
        using var encoder = new EncoderState(method, new ChannelStatistics([0.5f], [0.5f]), TorchSharp.torch.CPU, 1, untrained: false);
        EvaluationRecord measured = Run.LoadEvaluation().First(record => record is { Stage: EvaluationStage.Before, Weights: not null });
        Assert.Equal(measured.Weights, encoder.Weights);
    }

    [Fact]
    public void Report_OfIt_ShowsEveryState()
    {
        string page = HtmlReport.Render(ReportModel.Load([Fixture]));
        Assert.Contains("late", page, StringComparison.Ordinal);
        Assert.Contains("ΔR of the batch", page, StringComparison.Ordinal);
        Assert.Contains("m = 16, d = 32, ε² = 0.5", page, StringComparison.Ordinal);
        ReportGroup group = Assert.Single(ReportModel.Load([Fixture]).Groups);
        Assert.Equal([("late", "UMM", "control")], UndoLabels.Of(group));
        Assert.Equal(
            "split layer2, 3 iterations, batch size 8, α = 0.5, β = 10, loss-gradient, q = 8, δ = 1e−6, first-order, "
            + "finite difference radius 0.01, η₁ = 0.01, η₂ = 3e−4, adam, ε² = 0.5",
            UndoLabels.Describe(group));
    }
}
