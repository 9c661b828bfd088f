using System.Text.Json.Nodes;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Results;
using Lethe.Training;

namespace Lethe.Tests.Runs;

public sealed class RunOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Manifest_SavedAndLoaded_HasTheSameOptions()
    {
        RunOptions options = new()
        {
            Data = new DataOptions { Data = "a \"b\" + 'ü'", ImageSize = 24, Limit = 9 },
            Method = "vicreg",
            MethodOptions = new VicRegOptions { InvarianceWeight = 0.1 + 0.2 },
            Training = new TrainingOptions { LearningRate = 1e-7, Optimiser = "lars" },
            StopOnMemorisation = true,
            MemorisationSign = "reduction-either",
            Keep = "best-lidar",
            Monitor = new MemorisationOptions { Patience = 2 },
            Interleaving = new InterleavingOptions { UmmEvery = 3, UmmSplit = "layer1" },
            Seed = ulong.MaxValue,
        };
        Assert.Equal(options, Saved(options).LoadManifest().Pretraining);
    }

    [Fact]
    public void Manifest_OnDisk_KeepsEveryOptionByNameEvenWhereItIsNotSet()
    {
        JsonObject json = Section(Saved(new RunOptions()));
        Assert.Equal(
            [
                "data", "augmentation", "views", "backbone", "init", "weights", "method", "methodOptions", "labelNoise", "training", "evaluation", "stopOnMemorisation",
                "memorisationSign", "keep", "monitor", "interleaving", "seed",
            ],
            json.Select(section => section.Key));
        Assert.True(json["data"]!.AsObject().TryGetPropertyValue("dataRoot", out JsonNode? root) && root is null);
        Assert.Equal(0.5, (double)json["methodOptions"]!["temperature"]!);
    }

    /// <summary>As a run before version 0.1.0 has them.</summary>
    [Fact]
    public void Manifest_WithoutTheMonitor_TakesItsDefaults()
    {
        RunDirectory run = Saved(new RunOptions { StopOnMemorisation = true });
        Change(run, json =>
        {
            foreach (string section in (string[])["stopOnMemorisation", "memorisationSign", "keep", "monitor", "interleaving"])
                json.Remove(section);
        });
        Assert.Equal(new RunOptions(), run.LoadManifest().Pretraining);
    }

    /// <summary>Earlier versions knew signs of ΔR alone; a run that was not to stop has the sign that every run has.</summary>
    [Theory]
    [InlineData(true, "turn", "reduction-turn")]
    [InlineData(true, "either", "reduction-either")]
    [InlineData(false, "turn", "auto")]
    [InlineData(true, "loss", "loss")]
    public void Manifest_SignOfAnEarlierVersion_IsReadAsWhatItIs(bool stops, string written, string expected)
    {
        RunDirectory run = Saved(new RunOptions { StopOnMemorisation = stops });
        Change(run, json => json["memorisationSign"] = written);
        Assert.Equal(expected, run.LoadManifest().Pretraining.MemorisationSign);
    }

    /// <summary>As an earlier version lacks an option that came later.</summary>
    [Fact]
    public void Manifest_OptionMissing_TakesItsDefault()
    {
        RunOptions options = new() { Training = new TrainingOptions { Accumulate = 2, Epochs = 7 } };
        RunDirectory run = Saved(options);
        Change(run, json => json["training"]!.AsObject().Remove("accumulate"));
        Assert.Equal(options with { Training = options.Training with { Accumulate = 1 } }, run.LoadManifest().Pretraining);
    }

    /// <summary>A name that is not known may be one that was altered, whose option would have its default without a word.</summary>
    [Theory]
    [InlineData("training", "epoch3")]
    [InlineData("methodOptions", "temperaturf")]
    [InlineData("data", "limis")]
    public void Manifest_OptionUnknown_IsRefused(string section, string name)
    {
        RunDirectory run = Saved(new RunOptions());
        Change(run, json => json[section]![name] = 3);
        Refused(run, name);
    }

    /// <summary>A program may register a method that <c>lethe report</c> does not know.</summary>
    [Fact]
    public void Manifest_OfAMethodOfAnotherProgram_IsReportedAndKeptButNotTrained()
    {
        RunDirectory run = Saved(new RunOptions());
        Change(run, json =>
        {
            json["method"] = "theirs";
            json["methodOptions"] = JsonNode.Parse("""{"temperature":1.50,"shape":"oval"}""");
        });
        run.SaveManifest(run.LoadManifest());
        string before = File.ReadAllText(run.ManifestPath);
        Assert.Contains("\"temperature\": 1.50,", before, StringComparison.Ordinal);
        RunManifest manifest = run.LoadManifest();
        run.SaveManifest(manifest);
        Assert.Equal(before, File.ReadAllText(run.ManifestPath));
        Assert.Equal(manifest.Pretraining, run.LoadManifest().Pretraining);
        Assert.Contains("oval", HtmlReport.Render(ReportModel.Load([run.Path])), StringComparison.Ordinal);
        Assert.Contains("'theirs'", Assert.Throws<InvalidOptionException>(manifest.Pretraining.Validate).Message, StringComparison.Ordinal);
        Assert.Contains(
            "MethodRegistry.Add", Assert.Throws<InvalidOptionException>(manifest.Pretraining.MethodOptions.Validate).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("augmentation")]
    [InlineData("views")]
    [InlineData("backbone")]
    [InlineData("method")]
    [InlineData("methodOptions")]
    [InlineData("training")]
    [InlineData("evaluation")]
    [InlineData("seed")]
    public void Manifest_SectionMissingOrOfAnotherKind_IsRefusedByItsName(string section)
    {
        RunDirectory run = Saved(new RunOptions());
        Change(run, json => json.Remove(section));
        Refused(run, section);
        Change(run, json => json[section] = new JsonArray(1));
        Refused(run, section == "methodOptions" ? nameof(SimClrOptions) : section);
        Change(run, json => json[section] = null);
        Refused(run, section);
    }

    [Theory]
    [InlineData("pretrain", true)]
    [InlineData("umm", false)]
    [InlineData("control", false)]
    public void Manifest_OptionsOfAnotherKind_AreRefused(string kind, bool undo)
    {
        RunDirectory run = Saved(new RunOptions(), undo ? RunKind.Umm : RunKind.Pretrain);
        JsonObject document = JsonNode.Parse(File.ReadAllText(run.ManifestPath))!.AsObject();
        document["kind"] = kind;
        document.Remove(JsonSeal.Key);
        File.WriteAllText(run.ManifestPath, document.ToJsonString());
        Refused(run, "options");
    }

    [Fact]
    public void Validate_OptionsOfAnotherMethod_AreRefused()
    {
        new RunOptions().Validate();
        string message = Assert.Throws<InvalidOptionException>(() => new RunOptions { Method = "vicreg" }.Validate()).Message;
        Assert.Contains("VicRegOptions", message, StringComparison.Ordinal);
        Assert.Contains("SimClrOptions", message, StringComparison.Ordinal);
        Assert.Contains(
            "auto, accuracy, loss, reduction-turn",
            Assert.Throws<InvalidOptionException>(() => new RunOptions { MemorisationSign = "frob" }.Validate()).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Interleaving = new InterleavingOptions { UmmEvery = -1 } }.Validate());
        Assert.Throws<InvalidOptionException>(
            () => new RunOptions { Interleaving = new InterleavingOptions { UmmIterations = 0 } }.Validate());
        Assert.Throws<InvalidOptionException>(
            () => new RunOptions { Interleaving = new InterleavingOptions { UmmSplit = "layer4" } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Monitor = new MemorisationOptions { Patience = 0 } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Training = new TrainingOptions { Epochs = 0 } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { MethodOptions = new SimClrOptions { Temperature = 0 } }.Validate());
    }

    [Fact]
    public void Validate_LocalViewsWithAMethodThatTakesNone_SaysWhatToDo()
    {
        var views = new AugmentationOptions { LocalViews = 2 };
        string message = Assert.Throws<InvalidOptionException>(() => new RunOptions { Views = views }.Validate()).Message;
        Assert.Contains("'simclr'", message, StringComparison.Ordinal);
        Assert.Contains("Use --local-views 0, or --method swav", message, StringComparison.Ordinal);
        new RunOptions { Views = views, Method = "swav", MethodOptions = new SwAvOptions() }.Validate();
    }

    private static JsonObject Section(RunDirectory run) => JsonNode.Parse(File.ReadAllText(run.ManifestPath))!["options"]!.AsObject();

    private static void Change(RunDirectory run, Action<JsonObject> change)
    {
        JsonNode document = JsonNode.Parse(File.ReadAllText(run.ManifestPath))!;
        change(document["options"]!.AsObject());
        document.AsObject().Remove(JsonSeal.Key);
        File.WriteAllText(run.ManifestPath, document.ToJsonString());
    }

    private static void Refused(RunDirectory run, string named)
    {
        string message = Assert.Throws<RunException>(run.LoadManifest).Message;
        Assert.StartsWith($"{run.ManifestPath} is damaged", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    private RunDirectory Saved(RunOptions options, RunKind kind = RunKind.Pretrain)
    {
        RunDirectory run = RunDirectory.Create(folder["run"]);
        run.SaveManifest(ReportSamples.Manifest(kind: kind) with { Pretraining = options });
        return run;
    }
}
