using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
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
        Assert.Equal(new UmmOptions { Iterations = 3, BatchSize = 8, EvaluateIterations = 1, EpsilonSquared = 0.5 }, undo.Umm);
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

        // The signs have other names now, and a sign that stops nothing is the default.
        string then = File.ReadAllText(from.ManifestPath).Replace(
            "\"memorisationSign\": \"turn\"", "\"memorisationSign\": \"auto\"", StringComparison.Ordinal);
        Assert.Equal(then, WithoutWhatIsNew(File.ReadAllText(to.ManifestPath), then));
        Assert.Equal(from.LoadEvaluation(), to.LoadEvaluation());
        Assert.Equal(File.ReadAllText(from.MetricsPath), File.ReadAllText(to.MetricsPath));
    }

    /// <summary>What a run has that was not there yet when it was made: values at which it does nothing, or what was done then.</summary>
    private static readonly Dictionary<string, string> news = new()
    {
        ["checksum"] = "its own",
        ["choices"] = "[]",
        ["looks"] = "[]",
        ["options.umm.remedy"] = "\"umm\"",
        ["options.umm.whitenEpsilon"] = "0.001",
        ["options.umm.rewindEpoch"] = "0",
        ["options.umm.reestimate"] = "false",
        ["options.umm.averageFrom"] = "0",
        ["options.umm.dose"] = "\"raw\"",
        ["options.umm.levelOne"] = "\"look-ahead\"",
        ["options.umm.outerBatch"] = "\"same\"",
        ["options.umm.innerStep"] = "\"sgd\"",
        ["options.umm.rateConvention"] = "\"features\"",
        ["options.keep"] = "\"last\"",
        ["options.monitor.smallestDrop"] = "0.01",
        ["options.monitor.earlyLayer"] = "\"layer2\"",
        ["options.monitor.bothHalves"] = "false",
        ["options.init"] = "null",
        ["options.weights"] = """{"part":null,"channelOrder":"rgb","heads":"found","normalisation":"auto"}""",
        ["options.labelNoise"] = "0",
        ["options.data.sealedImages"] = "null",
        ["options.data.labels"] = "\"folders\"",
        ["options.data.groupBy"] = "null",
        ["options.data.duplicates"] = "\"ignore\"",
        ["options.data.division"] = "\"earlier\"",
        ["options.data.range"] = "\"type\"",
        ["options.data.maxMegapixels"] = "100",
        ["options.training.minutes"] = "0",
        ["options.training.schedule"] = "\"cosine\"",
        ["options.training.freeze"] = "\"none\"",
        ["options.training.freezeEpochs"] = "0",
    };

    /// <summary>A document without what another lacks, each of which must be known and have its value.</summary>
    private static string WithoutWhatIsNew(string manifest, string then)
    {
        JsonNode document = JsonNode.Parse(manifest)!;
        Without(document.AsObject(), JsonNode.Parse(then)!.AsObject(), "");
        return document.ToJsonString(indented) + "\n";
    }

    private static void Without(JsonObject now, JsonObject then, string path)
    {
        foreach ((string name, JsonNode? value) in now.ToArray())
        {
            string place = (path + name).Replace("options.pretraining", "options", StringComparison.Ordinal);
            if (!then.ContainsKey(name))
            {
                Assert.Equal((place, news.GetValueOrDefault(place)), (place, place == "checksum" ? "its own" : value?.ToJsonString() ?? "null"));
                now.Remove(name);
            }
            else if (value is JsonObject part)
            {
                Without(part, then[name]!.AsObject(), place + ".");
            }
        }
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
