using System.Text.Json.Nodes;
using Lethe.Reproduction;
using Lethe.Tests.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Reproduction;

[Collection<TorchCollection>]
public sealed class ReproduceCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    // Two items that share a run of seconds.
    private static readonly Preset tiny = Preset.Smoke with
    {
        Limit = 64, Measured = 60, Epochs = 2, Evaluations = 2, BatchSize = 32, Seeds = 1, Iterations = 2, EvaluateIterations = 2,
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_InterruptedAndBegunAgain_GoesOnAndEndsWithTheSameBits()
    {
        Setting whole = At("whole"), parts = At("parts");
        IReadOnlyList<Item> items = Items.Find(["figure2", "table-unsupervised"]);
        Reproduced straight = Make(items, whole, new Inline<WorkflowProgress>(_ => { }), CancellationToken.None);

        using var stop = new CancellationTokenSource();
        IProgress<WorkflowProgress> cancelling = SmallRun.CancelWhen(stop, one => one.Stage.EndsWith("undoing", StringComparison.Ordinal));
        Assert.ThrowsAny<OperationCanceledException>(() => Make(items, parts, cancelling, stop.Token));
        PlannedRun run = Plan.Of(items, parts).Runs.Single();
        Assert.False(run.IsDone(parts.Options.Out));
        Reproduced resumed = Make(items, parts, new Inline<WorkflowProgress>(_ => { }), CancellationToken.None);
        Assert.True(run.IsDone(parts.Options.Out));

        string[] Weights(Reproduced of) =>
            [.. of.Runs.Single().Read!.Undos.SelectMany(undo => undo.Evaluations).Select(record => record.Weights!).Distinct().Order()];
        Assert.NotEmpty(Weights(straight));
        Assert.Equal(Weights(straight), Weights(resumed));

        // Nothing is left to do, and so nothing is said.
        var told = new List<WorkflowProgress>();
        Make(items, parts, new Inline<WorkflowProgress>(told.Add), CancellationToken.None);
        Assert.Empty(told);
    }

    /// <summary>What a stranger does first. By name, since it takes two minutes of two cores: CI runs it.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task All_AtTheSmallestPreset_MakesAPageWithAVerdictOnEveryItem()
    {
        CommandLine made = await CommandLine.RunAsync("reproduce", "all", "--preset", "smoke", "--out", folder["all"], "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        JsonArray items = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(folder["all"], "repro.json"), TestContext.Current.CancellationToken))!["items"]!.AsArray();
        Assert.Equal(Items.Every.Select(item => item.Name), items.Select(item => (string)item!["name"]!));
        Assert.All(items, item =>
        {
            Assert.Equal("underpowered", (string)item!["outcome"]!);
            Assert.Empty(item["failures"]!.AsArray());
            Assert.NotEmpty(item["cases"]!.AsArray());
        });
        string page = await File.ReadAllTextAsync(
            Path.Combine(folder["all"], "reproduction.html"), TestContext.Current.CancellationToken);
        Assert.All(Items.Every, item => Assert.Contains($"<section id='{item.Name}'", page, StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_AsJson_HasEveryItemAndPresetWithItsPrice()
    {
        CommandLine list = await CommandLine.RunAsync("reproduce", "figure9");
        Assert.Equal(2, list.ExitCode);
        Assert.Contains("figure1", list.Error, StringComparison.Ordinal);
        Bill bill = Bill.Of(new NetworkSpeed(1e-3, 0.5, 1_000_000));
        JsonObject document = ReproductionJson.Of(
        [
            .. Preset.All.Select(preset => new Setting(preset, new ReproductionOptions())).Select(setting => (
                setting, bill.Of(Plan.Of(Items.Every, setting).Runs, setting),
                (IReadOnlyList<(Item, Price)>)[.. Items.Every.Select(item => (item, bill.Of(Plan.Of([item], setting).Runs, setting)))])),
        ]);
        Assert.Equal(Items.Every.Select(item => item.Name), document["items"]!.AsArray().Select(item => (string)item!["name"]!));
        foreach (JsonNode? preset in document["presets"]!.AsArray())
        {
            double all = (double)preset!["hours"]!;
            double[] parts = [.. preset["items"]!.AsArray().Select(item => (double)item!["hours"]!)];

            // What is shared is counted once.
            Assert.True(all > 0 && all < parts.Sum() && all >= parts.Max());
        }
    }

    [Theory]
    [InlineData("reproduce figure1 --preset smal", "Did you mean small?")]
    [InlineData("reproduce figure1 --protocol papr", "Did you mean paper?")]
    [InlineData("reproduce figure1 --paper nothing.json", "nothing.json")]
    [InlineData("reproduce table-ood --domains nowhere", "nowhere")]
    [InlineData("reproduce tabels", "Did you mean tables?")]
    [InlineData("reproduce list figure1", "without other items")]
    public async Task WrongUse_OfAnyKind_IsSaidBeforeAnythingIsMade(string line, string expected)
    {
        CommandLine found = await CommandLine.RunAsync([.. line.Split(' '), "--out", folder["out"]]);
        Assert.Equal(2, found.ExitCode);
        Assert.Contains(expected, found.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    private static Reproduced Make(
        IReadOnlyList<Item> items, Setting setting, IProgress<WorkflowProgress> progress, CancellationToken cancellation)
    {
        Plan plan = Plan.Of(items, setting);
        Directory.CreateDirectory(setting.Options.Out);
        var work = new Reproducing(plan, setting.Options.Out, SmallRun.Machine, progress);
        foreach (Item item in items)
            work.Run(item, cancellation);
        return Reproduced.Read(items, plan, setting, work, "lethe reproduce");
    }

    private Setting At(string name) => new(tiny, new ReproductionOptions { Out = folder[name] });
}
