using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Tests.Workflow;

/// <summary>An encoder from elsewhere through all that is done with a run.</summary>
[Collection(typeof(TorchCollection))]
public sealed class ImportingTests : IDisposable
{
    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Run_FileWithoutHeads_KeepsTheEncoderAndTrainsHeadsOnIt()
    {
        string file = Foreign("simclr", heads: false);
        RunDirectory run = Import(file, new ImportOptions { HeadEpochs = 2 });
        RunManifest manifest = run.LoadManifest();
        Assert.Equal((RunStatus.Done, false, true), (manifest.Status, manifest.Origin!.HeadsLoaded, manifest.Origin.Foreign));
        Assert.Equal((2, "layer4"), (manifest.Pretraining.Training.Epochs, manifest.Pretraining.Training.Freeze));
        using SslMethod method = Session.CreateMethod(manifest.Pretraining, 3, Tiny.ImageSize, CPU);
        SortedDictionary<string, string> fresh = Tiny.Bits(method);
        run.Checkpoints.Load(method);
        AssertBackboneOf(file, method);
        Assert.Contains(Tiny.Bits(method), pair => !IsBackbone(pair.Key) && pair.Value != fresh[pair.Key]);

        // The last layer is the same at each evaluation, the projector is not.
        double[][] lines = [.. new[] { "layer4", "projector" }.Select(layer => run.LoadMetrics().Measurements
            .Where(m => m.Layer == layer && m.Name == "instanceReductionHeldOut").Select(m => m.Value).ToArray())];
        Assert.Equal(3, lines[0].Length);
        Assert.Single(lines[0].Distinct());
        Assert.True(lines[1].Distinct().Count() > 1);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("byol")]
    [InlineData("swav")]
    public void Run_OwnHeadsInTheFile_AreLoadedAndNotTrained(string name)
    {
        string file = Foreign(name, heads: true);
        RunDirectory run = Import(file, new ImportOptions(), name);
        RunManifest manifest = run.LoadManifest();
        Assert.True(manifest.Origin!.HeadsLoaded, string.Join(' ', manifest.Origin.Sentences));
        Assert.Equal(0, manifest.Pretraining.Training.Epochs);
        using SslMethod method = Session.CreateMethod(manifest.Pretraining, 3, Tiny.ImageSize, CPU), made = Tiny.Method(name, seed: 9);
        run.Checkpoints.Load(method);
        Assert.Equal(Tiny.Bits(made), Tiny.Bits(method));
    }

    [Fact]
    public void Run_NamedMethodWithoutHeads_TrainsThemForTenEpochs() =>
        Assert.Equal(10, Import(Foreign("simclr", heads: false), new ImportOptions()).LoadManifest().Pretraining.Training.Epochs);

    [Fact]
    public void Undo_HeadsNeverTrained_SaysHowToTrainThem()
    {
        RunDirectory run = Import(Foreign("simclr", heads: false), new ImportOptions { HeadEpochs = 0 });
        Session session = Session.Open(run, SmallRun.Machine, cancellation: TestContext.Current.CancellationToken);
        var error = Assert.Throws<RunException>(() => Undoing.Run(run, session, SmallRun.Undo, null, 1, resume: false, "undo", cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("--head-epochs 10", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoImages_EmbedsAndCannotBeMeasured()
    {
        string file = Foreign("simclr", heads: false);
        RunOptions options = small.Options with { Init = file };
        options = options with { Data = options.Data with { Data = Importing.NoImages } };
        RunDirectory run = Importing.Run(options, new ImportOptions(), namesMethod: false, SmallRun.Machine, small["bare"], "import", cancellation: TestContext.Current.CancellationToken);
        using Encoder encoder = Encoder.Load(run.Path, SmallRun.Machine), direct = Encoder.Load(
            options, SmallRun.Machine, LayerNames.Last);
        Assert.Equal(encoder.Embed(small.ImageFolder, cancellation: TestContext.Current.CancellationToken), direct.Embed(small.ImageFolder, cancellation: TestContext.Current.CancellationToken));
        var error = Assert.Throws<RunException>(() => Session.Open(run, SmallRun.Machine, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("imported without images", error.Message, StringComparison.Ordinal);
        Assert.Contains("--data", Assert.Throws<InvalidOptionException>(() => Importing.Run(
            options, new ImportOptions { HeadEpochs = 3 }, namesMethod: true, SmallRun.Machine, small["other"], "import", cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>A run's own checkpoint goes on where it ended, heads included, with its own normalisation.</summary>
    [Fact]
    public void Pretrain_FromARun_BeginsWithItsWeightsHeadsAndStatistics()
    {
        (RunDirectory first, Session session) = Pretraining.Start(small.Options, SmallRun.Machine, small["first"], "pretrain", cancellation: TestContext.Current.CancellationToken);
        RunOptions more = small.Options with { Init = first.Path, Training = small.Options.Training with { Epochs = 0 }, Seed = 8 };
        (RunDirectory second, _) = Pretraining.Start(more, SmallRun.Machine, small["second"], "pretrain", cancellation: TestContext.Current.CancellationToken);
        using SslMethod one = session.CreateMethod(), two = session.CreateMethod();
        first.Checkpoints.Load(one);
        second.Checkpoints.Load(two);
        Assert.Equal(WithoutCounters(one), WithoutCounters(two));
        RunManifest manifest = second.LoadManifest();
        Assert.Equal((false, true), (manifest.Origin!.Foreign, manifest.Origin.HeadsLoaded));
        Assert.Equal(first.LoadManifest().Data.ChannelMean, manifest.Data.ChannelMean);
    }

    [Fact]
    public void Pretrain_FreshHeadsAskedFor_LoadsTheBackboneAlone()
    {
        string file = Foreign("byol", heads: true);
        RunDirectory run = Import(file, new ImportOptions { HeadEpochs = 0 }, "byol", heads: "fresh");
        using SslMethod method = Session.CreateMethod(run.LoadManifest().Pretraining, 3, Tiny.ImageSize, CPU);
        SortedDictionary<string, string> fresh = Tiny.Bits(method);
        run.Checkpoints.Load(method);
        SortedDictionary<string, string> found = Tiny.Bits(method);
        Assert.Equal(fresh["projector.0.weight"], found["projector.0.weight"]);
        Assert.Equal(found["backbone.layer3.0.conv1.weight"], found["target.backbone.layer3.0.conv1.weight"]);
        AssertBackboneOf(file, method);
    }

    [Theory]
    [InlineData("resnet50", 16, "auto", "--backbone resnet50, and the file holds resnet10")]
    [InlineData("resnet18", 8, "auto", "--width 8, and the file holds 4")]
    [InlineData("resnet18", 16, "large", "--stem large, and the file holds small")]
    public void Pretrain_NetworkThatTheFileIsNot_IsRefusedBeforeAnythingIsMade(string backbone, int width, string stem, string expected)
    {
        RunOptions options = small.Options with
        {
            Init = Foreign("simclr", heads: false), Backbone = new BackboneOptions { Backbone = backbone, Width = width, Stem = stem },
        };
        var error = Assert.Throws<InvalidOptionException>(() => Pretraining.Start(options, SmallRun.Machine, small["x"], "pretrain", cancellation: TestContext.Current.CancellationToken));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(small["x"]));
    }

    [Theory]
    [InlineData("imagenet", 0.485, 0.229)]
    [InlineData("0.5,0.5,0.5/0.25,0.25,0.25", 0.5, 0.25)]
    [InlineData("0.5/0.25", 0.5, 0.25)]
    public void Run_NormalisationGiven_IsTheRuns(string asked, double mean, double deviation)
    {
        RunOptions options = small.Options with { Init = Foreign("simclr", heads: false), Backbone = new BackboneOptions() };
        options = options with { Weights = options.Weights with { Normalisation = asked } };
        RunDirectory run = Importing.Run(
            options, new ImportOptions { HeadEpochs = 0 }, namesMethod: false, SmallRun.Machine, small["run"], "import", cancellation: TestContext.Current.CancellationToken);
        RunData data = run.LoadManifest().Data;
        Assert.Equal((mean, deviation), (data.ChannelMean[0], data.ChannelStandardDeviation[0]), new Near());
    }

    [Theory]
    [InlineData("1,2")]
    [InlineData("0.5,0.5/0.2")]
    [InlineData("0.5,0.5,0.5/0,0,0")]
    [InlineData("half")]
    public void Run_NormalisationThatIsNone_SaysWhatIsOne(string asked)
    {
        RunOptions options = small.Options with { Init = Foreign("simclr", heads: false), Backbone = new BackboneOptions() };
        options = options with { Weights = options.Weights with { Normalisation = asked } };
        Assert.Contains("0.485,0.456,0.406/0.229,0.224,0.225", Assert.Throws<InvalidOptionException>(() => Importing.Run(
            options, new ImportOptions { HeadEpochs = 0 }, namesMethod: false, SmallRun.Machine, small["run"], "import", cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>As after a power cut before the first checkpoint: the file is read again, if it is still the same.</summary>
    [Fact]
    public void Resume_NoCheckpointYet_ReadsTheFileAgain()
    {
        string file = Foreign("simclr", heads: false);
        RunOptions options = small.Options with { Init = file, Backbone = new BackboneOptions() };
        (RunDirectory whole, Session session) = Pretraining.Start(
            options, SmallRun.Machine, small["whole"], "pretrain", cancellation: TestContext.Current.CancellationToken);
        RunDirectory cut = RunDirectory.Create(small["cut"]);
        cut.SaveManifest(whole.LoadManifest() with { Status = RunStatus.Running });
        Pretraining.Resume(cut.Path, SmallRun.Machine, cancellation: TestContext.Current.CancellationToken);
        using SslMethod one = session.CreateMethod(), two = session.CreateMethod();
        whole.Checkpoints.Load(one);
        cut.Checkpoints.Load(two);
        Assert.Equal(Tiny.Bits(one), Tiny.Bits(two));

        RunDirectory changed = RunDirectory.Create(small["changed"]);
        changed.SaveManifest(whole.LoadManifest() with { Status = RunStatus.Running });
        using (SslMethod other = Tiny.Method(seed: 10))
            Safetensors.Write(file, other.Backbone.state_dict());
        Assert.Contains(
            "is not the file that", Assert.Throws<RunException>(() => Pretraining.Resume(
                changed.Path, SmallRun.Machine, cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    /// <summary>Diagnosis, UMM beside its control, evaluation: as of any run.</summary>
    [Fact]
    public void Undo_ImportedEncoder_RunsAsOnARun()
    {
        RunDirectory run = Import(Foreign("simclr", heads: true), new ImportOptions());
        Session session = Session.Open(run, SmallRun.Machine, cancellation: TestContext.Current.CancellationToken);
        RunDirectory undo = Undoing.Run(run, session, SmallRun.Undo, null, 1, resume: false, "undo", cancellation: TestContext.Current.CancellationToken);
        Evaluating.Update(run, session, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Done, undo.LoadManifest().Status);
        Assert.Contains(undo.LoadEvaluation(), record => record is { Stage: EvaluationStage.Umm, Layer: "layer4" });
        Assert.Contains(run.LoadEvaluation(), record => record is { Stage: EvaluationStage.Before, Layer: "layer4" });
    }

    // The number of batches seen serves nothing, and few files have it.
    private static IEnumerable<KeyValuePair<string, string>> WithoutCounters(SslMethod method) =>
        Tiny.Bits(method).Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal));

    private static bool IsBackbone(string name) => name.StartsWith("backbone.", StringComparison.Ordinal);

    private static void AssertBackboneOf(string file, SslMethod method)
    {
        using SafetensorsFile weights = Safetensors.Read(file);
        Assert.All(method.Backbone.state_dict(), pair => Assert.Equal(
            Tiny.Bits([KeyValuePair.Create("x", weights.Tensors["backbone." + pair.Key])])["x"],
            Tiny.Bits([KeyValuePair.Create("x", pair.Value)])["x"]));
    }

    private RunDirectory Import(string file, ImportOptions import, string method = "simclr", string heads = "found")
    {
        RunOptions options = small.Options with
        {
            Init = file, Backbone = new BackboneOptions(), Method = method, MethodOptions = Tiny.Options(method),
        };
        return Importing.Run(
            options with { Weights = options.Weights with { Heads = heads } }, import, namesMethod: true, SmallRun.Machine, small["imported"],
            "import");
    }

    /// <summary>A file as another program would write it: no state of training, and the backbone alone where heads are not asked for.</summary>
    private string Foreign(string name, bool heads)
    {
        using SslMethod method = Tiny.Method(name, seed: 9);
        string file = small["weights.safetensors"];
        Safetensors.Write(file, method.state_dict().Where(pair => heads || IsBackbone(pair.Key)).ToDictionary());
        return file;
    }

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) a, (double, double) b) =>
            Math.Abs(a.Item1 - b.Item1) < 1e-6 && Math.Abs(a.Item2 - b.Item2) < 1e-6;

        public int GetHashCode((double, double) pair) => 0;
    }
}
