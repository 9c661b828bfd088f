using System.Text.RegularExpressions;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Cli;
using Lethe.Tests.Evaluation.Protocols;
using Lethe.Tests.Results;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>What is written and read is the same bytes in a host of any culture.</summary>
[Collection<TorchCollection>]
public sealed partial class HostCultureTests : IDisposable
{
    private static readonly Dictionary<string, Func<string>> texts = new()
    {
        ["report"] = () => HtmlReport.Render(Model),
        ["table of undos"] = () => MarkdownGrid.Render([.. Ablation.Of(Model).Select(table => table.Grid())]),
        ["comparison"] = () =>
            MarkdownGrid.Render(Compared.Grids()) + ComparisonPage.Render(Compared, "lethe compare") + CsvGrid.Render(Compared.Lines()),
        ["verdict"] = () => ReductionMonitor.Judge([.. Enumerable.Range(0, 30).Select(
            i => new Measurement(i, "layer4", Measure.InstanceReductionTrain, i < 15 ? i : 20 - (0.53 * i)))]).Reason,
        ["measure of a layer"] = () => string.Join(' ', LayerMeasures.All.Select(measure => measure.Format(-1234.5))),
        ["collapse"] = () => new CollapseReading(CollapseKind.Complete, 0.25, 1.5).Words,
        ["settings of protocols"] = () => string.Join('\n', ProtocolSample.All.Values.Select(protocol => protocol.Settings())),
        ["name of an undo"] = () => Undoing.DefaultName(new UmmOptions { Alpha = 0.25, Beta = 1e-3 }, 1, 2),
        ["memory"] = () => MemoryBudget.Gibibytes(3L << 29),
        ["source"] = () => $"{SourceSpec.Parse("causal-shapes:rho=-0.5", ["rho"], takesArgument: false).Number("rho", 0) == -0.5}",
        ["wrong options"] = () => string.Join('\n', ((Action[])
        [
            new UmmOptions { Alpha = -0.5 }.Validate,
            new UmmOptions { VolumeFloor = -0.5 }.Validate,
            new TrainingOptions { WarmUp = 1.5 }.Validate,
            new TrainingOptions { CheckpointMinutes = -0.5 }.Validate,
            new EvaluationOptions { KnnTemperature = -0.5 }.Validate,
            new MemorisationOptions { RelativeTolerance = 1.5 }.Validate,
            new SimClrOptions { Temperature = -0.5 }.Validate,
            new AugmentationOptions { Hue = -0.5 }.Validate,
        ]).Select(validate => Assert.Throws<InvalidOptionException>(validate).Message)),
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. texts.Keys];

    private static ReportModel Model => ReportModel.Of([ReportSamples.Run(), ReportSamples.Run(2, umm: 0.04, shift: 0.01)]);

    private static Comparison Compared => Comparison.Of(Model, new ComparisonOptions());

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_ForeignHost_IsTheSame(string name)
    {
        string expected, found, number;
        using (HostCulture.Invariant())
            expected = texts[name]();
        using (HostCulture.Foreign())
            (found, number) = (texts[name](), $"{-0.5}");
        Assert.Equal(expected, found);
        Assert.Equal("\u22120,5", number);
    }

    /// <summary>Names of files too: those of kept features are made of statistics of the images.</summary>
    [Fact]
    public async Task Run_ForeignHost_WritesTheSameFiles()
    {
        Dictionary<string, string> expected, found;
        using (HostCulture.Invariant())
            expected = await Story();
        Directory.Delete(folder["run"], recursive: true);
        using (HostCulture.Foreign())
            found = await Story();
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, entry => Assert.Equal(entry.Value, found[entry.Key]));
        Assert.Contains(expected.Keys, name => name.StartsWith("features/", StringComparison.Ordinal));
        Assert.Contains("umm/layer2-a0.5-b2.5-first-order-2/run.json", expected.Keys);
    }

    /// <summary>Where a point groups digits, 0.1 could be read as 1.</summary>
    [Fact]
    public async Task Diagnose_ForeignHost_ReadsNumbersWithAPoint()
    {
        using HostCulture foreign = HostCulture.Foreign();
        AtomicFile.Write(folder["f.npy"], stream => NpyFile.Write(stream, [1d, 0, 0, 1], [2, 2]));
        CommandLine result = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"], "--epsilon-squared", "0.1", "--json");
        Assert.Equal(0.1, (double)result.Json["epsilonSquared"]!);
    }

    /// <summary>Every file that text or numbers are written to, by its path in the run; and what is shown of the run.</summary>
    private async Task<Dictionary<string, string>> Story()
    {
        await File.WriteAllTextAsync(folder["options.yaml"], "temperature: 0.25\n");
        string[][] commands =
        [
            [.. StoryTests.Pretrain(folder["run"]), "--config", folder["options.yaml"], "--learning-rate", "1.5e-2"],
            ["undo", folder["run"], "--iterations", "2", "--beta", "2.5", "--hypergradient", "first-order", "--threads", "1"],
            ["evaluate", folder["run"], "--protocol", "knn,colour", "--colour-rho", "0.85", "--quick", "--threads", "1"],
            ["diagnose", folder["run"], "--json"],
            ["report", folder["run"], "--markdown"],
        ];
        Dictionary<string, string> written = [];
        foreach (string[] command in commands)
        {
            CommandLine result = await CommandLine.RunAsync(command);
            Assert.True(result.ExitCode == 0, result.Error);
            written[command[0]] = result.Output;
            if (command[0] == "diagnose")
                written["diagnose, shown"] = result.Error;
        }

        foreach (string path in Directory.GetFiles(folder["run"], "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder["run"], path).Replace('\\', '/');

            // The pulse is of a moment.
            bool isText = Path.GetExtension(name) is ".json" or ".jsonl" && Path.GetFileName(name) != "pulse.json";
            if (!name.Contains("tensorboard/", StringComparison.Ordinal))
                written[name] = isText ? Times().Replace(await File.ReadAllTextAsync(path), "") : "";
        }

        return written;
    }

    // A checksum is of the times too.
    [GeneratedRegex("\"(checksum|utc|startedUtc|finishedUtc|seconds|imagesPerSecond|waitingShare|peakMemory)\": [^\n]*")]
    private static partial Regex Times();
}
