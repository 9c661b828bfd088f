using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Results;

namespace Lethe.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Manifest_SavedAndLoaded_IsTheSame()
    {
        RunDirectory run = NewRun();
        RunManifest saved = ReportSamples
            .Manifest() with { Status = RunStatus.Failed, Failure = "NaN in 'loss' – epoch 3", Seed = ulong.MaxValue };
        run.SaveManifest(saved);
        RunManifest loaded = run.LoadManifest();
        Assert.Equal((saved.Pretraining, saved.Umm), (loaded.Pretraining, loaded.Umm));

        // Other records inside compare by value as well, the lists by reference.
        Assert.Equal(JsonSerializer.Serialize(saved), JsonSerializer.Serialize(loaded));
    }

    [Fact]
    public void Manifest_OnDisk_HasTheNamesOfTheContract()
    {
        RunDirectory run = NewRun();
        run.SaveManifest(ReportSamples.Manifest(kind: RunKind.Control));
        JsonObject document = JsonNode.Parse(File.ReadAllText(run.ManifestPath))!.AsObject();
        Assert.Equal(1, (int)document["formatVersion"]!);
        Assert.Equal("control", (string)document["kind"]!);
        Assert.Equal("done", (string)document["status"]!);
        Assert.Equal("layer2", (string)document["options"]!["umm"]!["split"]!);
        Assert.Equal(6000, (int)document["data"]!["trainCount"]!);
        Assert.Equal(["run.json"], Directory.GetFileSystemEntries(run.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Open_AnotherFormat_NamesBothFormatsAndTheToolThatMadeIt()
    {
        RunDirectory run = NewRun();
        File.WriteAllText(run.ManifestPath, """{"formatVersion":7,"toolVersion":"9.9","kind":"unheard-of"}""");
        string message = Assert.Throws<RunException>(() => RunDirectory.Open(run.Path)).Message;
        Assert.Contains("format 7", message, StringComparison.Ordinal);
        Assert.Contains("reads format 1", message, StringComparison.Ordinal);
        Assert.Contains("lethe 9.9", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"formatVersion":1,"toolVersion":"0.1.0"}""", "is damaged")]
    [InlineData("""{"formatVersion":1,""", "is damaged")]
    [InlineData("""{"formatVersion":"one"}""", "is damaged")]
    [InlineData("[]", "no formatVersion")]
    [InlineData("", "is damaged")]
    public void Open_DamagedManifest_Refuses(string text, string expected)
    {
        RunDirectory run = NewRun();
        File.WriteAllText(run.ManifestPath, text);
        Assert.Contains(expected, Assert.Throws<RunException>(() => RunDirectory.Open(run.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoRun_SaysWhatIsMissing()
    {
        Directory.CreateDirectory(folder["empty"]);
        Assert.Contains(
            "no run.json", Assert.Throws<RunException>(() => RunDirectory.Open(folder["empty"])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no such directory", Assert.Throws<RunException>(() => RunDirectory.Open(folder["nowhere"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_WhereSomethingElseIs_Refuses()
    {
        Directory.CreateDirectory(folder["photos"]);
        File.WriteAllText(folder["photos/cat.png"], "");
        Assert.Contains(
            "is not empty and holds no run",
            Assert.Throws<RunException>(() => RunDirectory.Create(folder["photos"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is a file",
            Assert.Throws<RunException>(() => RunDirectory.Create(folder["photos/cat.png"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Cannot make",
            Assert.Throws<RunException>(() => RunDirectory.Create(folder["photos/cat.png/run"])).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(RunStatus.Interrupted), "--resume")]
    [InlineData(nameof(RunStatus.Done), "another --out")]
    public void Create_WhereARunIs_RefusesUnlessItGoesOn(string name, string advice)
    {
        var status = Enum.Parse<RunStatus>(name);
        RunDirectory run = NewRun();
        run.SaveManifest(ReportSamples.Manifest() with { Status = status });
        Assert.Contains(advice, Assert.Throws<RunException>(() => RunDirectory.Create(run.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(status, RunDirectory.Create(run.Path, resume: true).LoadManifest().Status);
    }

    [Fact]
    public void Metrics_AppendedAndLoaded_KeepEveryBit()
    {
        RunDirectory run = NewRun();
        Measurement[] measurements =
        [
            new(0, "stem", Measure.KnnAccuracy, 0.1 + 0.2), new(1, "run", Measure.Loss, double.Epsilon), new(
                2, "layer4", Measure.RateTrain, -Math.PI * 1e300),
        ];
        run.AppendMeasurements(measurements[..1]);
        run.AppendMeasurements(measurements[1..]);
        Assert.Equal(measurements, run.LoadMetrics().Measurements);
        Assert.Equal(
            "{\"epoch\":0,\"layer\":\"stem\",\"name\":\"knnAccuracy\",\"value\":0.30000000000000004}",
            File.ReadLines(run.MetricsPath).First());
    }

    [Fact]
    public void Metrics_ValueNotFinite_IsRefusedAndNothingWritten()
    {
        RunDirectory run = NewRun();
        Assert.Throws<ArgumentException>(
            () => run.AppendMeasurements([new(0, "run", Measure.Loss, 1), new(0, "run", Measure.Loss, double.NaN)]));
        Assert.Equal(0, run.MetricsLength);
    }

    [Fact]
    public void Metrics_TornLastLine_IsLeftOutAndReported()
    {
        RunDirectory run = NewRun();
        run.AppendMeasurements([new(0, "run", Measure.Loss, 1)]);
        File.AppendAllText(run.MetricsPath, "{\"epoch\":1,\"la");
        MetricsLog log = run.LoadMetrics();
        Assert.Single(log.Measurements);
        Assert.Equal("{\"epoch\":1,\"la", log.TornLine);
        Assert.Throws<RunException>(() => run.AppendMeasurements([new(1, "run", Measure.Loss, 1)]));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("{\"epoch\":1,\"layer\":\"run\",\"name\":\"loss\"}")]
    [InlineData("null")]
    [InlineData("")]
    public void Metrics_GarbageLine_IsRefusedWithItsNumber(string line)
    {
        RunDirectory run = NewRun();
        run.AppendMeasurements([new(0, "run", Measure.Loss, 1)]);
        File.AppendAllText(run.MetricsPath, line + "\n");
        run.AppendMeasurements([new(2, "run", Measure.Loss, 1)]);
        Assert.Contains("line 2", Assert.Throws<RunException>(run.LoadMetrics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_CutBackAndRepeated_HaveTheSameBytes()
    {
        RunDirectory run = NewRun();
        IReadOnlyList<Measurement> all = ReportSamples.Epochs();
        run.AppendMeasurements(all.Take(10));
        var checkpoint = new FileSeal(run.MetricsLength, JsonSeal.Of(File.ReadAllBytes(run.MetricsPath)));
        run.AppendMeasurements(all.Skip(10));
        byte[] uninterrupted = File.ReadAllBytes(run.MetricsPath);

        run.TruncateMetrics(checkpoint);
        run.AppendMeasurements(all.Skip(10).Take(3));
        File.AppendAllText(run.MetricsPath, "{\"epo");
        run.TruncateMetrics(checkpoint);
        run.AppendMeasurements(all.Skip(10));
        Assert.Equal(uninterrupted, File.ReadAllBytes(run.MetricsPath));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Metrics_CutBackToWhereNoLineEnds_IsRefused(int beyond)
    {
        RunDirectory run = NewRun();
        run.AppendMeasurements([new(0, "run", Measure.Loss, 1)]);
        byte[] before = File.ReadAllBytes(run.MetricsPath);
        Assert.Contains(
            "was altered or lost its end",
            Assert.Throws<RunException>(() => run.TruncateMetrics(new FileSeal(run.MetricsLength + beyond, null))).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(run.MetricsPath));
    }

    [Fact]
    public void Metrics_CutBackWhereThereAreNone_AreNotMade()
    {
        RunDirectory run = NewRun();
        run.TruncateMetrics(new FileSeal(0, null));
        Assert.False(File.Exists(run.MetricsPath));
        string message = Assert.Throws<RunException>(() => run.TruncateMetrics(new FileSeal(1, null))).Message;
        Assert.Contains("1 bytes were written, and it has 0", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => run.TruncateMetrics(new FileSeal(-1, null)));
    }

    [Fact]
    public void EachFile_ThatAnotherProgramHolds_IsNamedByTheError()
    {
        RunDirectory run = NewRun();
        run.SaveManifest(ReportSamples.Manifest());
        run.SaveEvaluation([]);
        run.AppendMeasurements([new(0, "run", Measure.Loss, 1), new(1, "run", Measure.Loss, 1)]);
        (string Path, Action Work)[] works =
        [
            (run.ManifestPath, () => run.LoadManifest()),
            (run.EvaluationPath, () => run.LoadEvaluation()),
            (run.MetricsPath, () => run.LoadMetrics()),
            (run.MetricsPath, () => run.TruncateMetrics(new FileSeal(1, null))),
            (run.MetricsPath, () => run.AppendMeasurements([new(2, "run", Measure.Loss, 1)])),
        ];
        Assert.All(works, work =>
        {
            using FileStream held = new(work.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Assert.StartsWith($"Cannot read {work.Path}: ", Assert.Throws<RunException>(work.Work).Message, StringComparison.Ordinal);
        });
        Assert.Equal([0, 1], run.LoadMetrics().Measurements.Select(m => m.Epoch));
    }

    [Fact]
    public void Pretraining_OfUndoAndControl_IsTheRunAbove()
    {
        RunDirectory run = NewRun();
        run.SaveManifest(ReportSamples.Manifest());
        RunDirectory undo = RunDirectory.Create(run.UndoPath("late"));
        undo.SaveManifest(ReportSamples.Manifest(kind: RunKind.Umm));
        RunDirectory.Create(undo.ControlPath).SaveManifest(ReportSamples.Manifest(kind: RunKind.Control));
        Assert.All((RunDirectory[])[run, undo, undo.Control!], part => Assert.Equal(Path.GetFullPath(run.Path), part.Pretraining().Path));
        Directory.Move(undo.Path, folder["moved"]);
        string message = Assert.Throws<RunException>(() => RunDirectory.Open(folder["moved"]).Pretraining()).Message;
        Assert.Contains("RUN/umm/NAME", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_SavedAndLoaded_IsTheSame()
    {
        RunDirectory run = NewRun();
        Assert.Empty(run.LoadEvaluation());
        IReadOnlyList<EvaluationRecord> records = ReportSamples.Evaluations(EvaluationStage.Umm, 0.7, 0.6, 9);
        run.SaveEvaluation(records);
        Assert.Equal(records, run.LoadEvaluation());
        Assert.StartsWith("{\n  \"records\": [\n    {\n      \"stage\": \"umm\",", File.ReadAllText(run.EvaluationPath), StringComparison.Ordinal);
        File.WriteAllText(run.EvaluationPath, "[{\"stage\":\"later\"}]", Encoding.UTF8);
        Assert.Contains("lethe evaluate", Assert.Throws<RunException>(run.LoadEvaluation).Message, StringComparison.Ordinal);
    }

    /// <summary>What a start leaves that ended before its first file had its name is no obstacle to the next.</summary>
    [Fact]
    public void Create_WhereAStartWasCutOff_BeginsAnew()
    {
        Directory.CreateDirectory(folder["cut"]);
        foreach (string left in (string[])[".lock", ".lock-owner", "run.json.tmp"])
            File.WriteAllText(Path.Combine(folder["cut"], left), "{");
        Assert.Equal(folder["cut"], RunDirectory.Create(folder["cut"]).Path);
        File.WriteAllText(Path.Combine(folder["cut"], "photo.png"), "");
        Assert.Throws<RunException>(() => RunDirectory.Create(folder["cut"]));
    }

    /// <summary>A start that fails takes its directory away while others are kept out, and never what is not its own.</summary>
    [Fact]
    public void Abandon_NothingBegun_RemovesWhatIsItsOwn()
    {
        (RunDirectory run, DirectoryLock held) = RunDirectory.Claim(folder["none"]);
        Assert.Throws<RunException>(() => RunDirectory.Claim(folder["none"]));
        run.Abandon(held);
        Assert.False(Directory.Exists(folder["none"]));

        (run, held) = RunDirectory.Claim(folder["none"]);
        File.WriteAllText(folder["none"] + "/mine.txt", "");
        run.Abandon(held);
        Assert.True(File.Exists(folder["none"] + "/mine.txt"));

        (run, held) = RunDirectory.Claim(folder["begun"]);
        run.SaveManifest(ReportSamples.Manifest());
        run.Abandon(held);
        Assert.True(RunDirectory.HoldsRun(folder["begun"]));
        Assert.Throws<RunException>(() => RunDirectory.Claim(folder["begun"]));
    }

    [Fact]
    public void Undo_WithControl_HasTheSameShape()
    {
        RunDirectory run = NewRun();
        Assert.Empty(run.Undos);
        foreach (string name in (string[])["late", "default"])
        {
            RunDirectory undo = RunDirectory.Create(run.UndoPath(name));
            undo.SaveManifest(ReportSamples.Manifest(kind: RunKind.Umm));
            Assert.Null(undo.Control);
            RunDirectory.Create(undo.ControlPath).SaveManifest(ReportSamples.Manifest(kind: RunKind.Control));
        }

        Assert.Equal(["default", "late"], run.Undos.Select(undo => Path.GetFileName(undo.Path)));
        Assert.All(run.Undos, undo => Assert.Equal(RunKind.Control, undo.Control!.LoadManifest().Kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("con")]
    [InlineData("NUL.x")]
    [InlineData("com1")]
    [InlineData("late.")]
    [InlineData("\u202elate")]
    public void UndoPath_NameThatIsNoFolder_IsRefused(string name) => Assert.Throws<InvalidOptionException>(() => NewRun().UndoPath(name));

    private RunDirectory NewRun() => RunDirectory.Create(folder["run"]);
}
