using Lethe.Reproduction;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;

namespace Lethe.Tests.Reproduction;

public sealed class PlanTests
{
    private static readonly Setting small = new(Preset.Small, new ReproductionOptions());

    [Fact]
    public void Of_ItemsThatNeedTheSameRuns_HasThemOnce()
    {
        Plan one = Plan.Of(Items.Find(["figure1"]), small), both = Plan.Of(Items.Find(["figure1", "figure2"]), small);
        Assert.Equal(small.Preset.Methods.Count * small.Seeds.Count, one.Runs.Count);
        Assert.Equal(one.Runs.Select(run => run.Name), both.Runs.Select(run => run.Name));
        Assert.All(both.Runs, run => Assert.Equal(["figure1", "figure2"], run.Items));
    }

    [Fact]
    public void Of_ItemsWithTheSameUndo_HasItOnceAndFirst()
    {
        PlannedRun run = Plan.Of(Items.Find(["table-semi", "figure4", "figure5"]), small).Runs[0];
        Assert.Equal(small.Undo, run.Undos[0]);
        Assert.Equal(run.Undos.Count, run.Undos.Distinct().Count());
        Assert.Equal(run.Undos.Count, run.Undos.Select(Setting.NameOf).Distinct().Count());
        Assert.Equal(["semi"], run.Protocols.Select(protocol => protocol.Name));
    }

    [Fact]
    public void Of_AllItems_NeedsOtherImagesForTheCausalReadingAlone()
    {
        Plan all = Plan.Of(Items.Find(["all"]), small);
        Assert.Equal(2 * small.Preset.Methods.Count * small.Seeds.Count, all.Runs.Count);
        Assert.All(all.Runs.Where(run => run.Options.Data.Data == "causal-shapes"), run => Assert.Equal(["figure3"], run.Items));
        Plan smoke = Plan.Of(Items.Find(["all"]), new Setting(Preset.Smoke, new ReproductionOptions()));
        Assert.Equal(Preset.Smoke.Seeds, smoke.Runs.Count);
    }

    [Fact]
    public void NameOf_AnythingThatDecidesARun_IsInIt()
    {
        RunOptions options = small.Run("simclr", 1);
        string name = PlannedRun.NameOf(options);
        Assert.Equal(name, PlannedRun.NameOf(small.Run("simclr", 1)));
        Assert.Equal(name, PlannedRun.NameOf(options with { Data = options.Data with { DataRoot = "elsewhere" } }));
        RunOptions[] others =
        [
            options with { Seed = 2 },
            options with { Method = "byol" },
            options with { Data = options.Data with { Limit = 10 } },
            options with { Training = options.Training with { LearningRate = 0.5 } },
            new Setting(Preset.Small, new ReproductionOptions { Protocol = ReproductionOptions.PaperProtocol }).Run("simclr", 1),
        ];
        Assert.Equal(others.Length + 1, others.Select(PlannedRun.NameOf).Append(name).Distinct().Count());
    }

    [Fact]
    public void Find_UnknownItem_SuggestsOne()
    {
        var error = Assert.Throws<InvalidOptionException>(() => Items.Find(["figure1", "figrue2"]));
        Assert.Contains("Did you mean figure2?", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => Items.Find(["list", "figure1"]));
    }

    [Fact]
    public void Find_TablesAndAll_AreTheirItems()
    {
        Assert.All(Items.Find(["tables"]), item => Assert.StartsWith("table-", item.Name, StringComparison.Ordinal));
        Assert.Equal(Items.Every, Items.Find(["all", "figure1"]));
    }

    /// <summary>The options of every preset and protocol can be used, and say what the conventions are.</summary>
    [Fact]
    public void Run_EverySetting_IsValid()
    {
        foreach (Preset preset in Preset.All)
        {
            foreach (string protocol in new[] { ReproductionOptions.Strict, ReproductionOptions.PaperProtocol })
            {
                var setting = new Setting(preset, new ReproductionOptions { Protocol = protocol });
                Plan plan = Plan.Of(Items.Every, setting);
                Assert.All(plan.Runs, run => OptionRecord.ValidateAll([run.Options, .. run.Undos]));
                Assert.All(plan.Runs.SelectMany(run => run.Protocols), protocol => Assert.NotEmpty(protocol.Plan().Protocols));
            }
        }

        var paper = new Setting(Preset.Full, new ReproductionOptions { Protocol = ReproductionOptions.PaperProtocol });
        Assert.Equal((UmmOptions.Keep, UmmOptions.Fresh, UmmOptions.CodeRate, 0.1), (paper.Undo.LevelOne, paper.Undo.OuterBatch, paper.Undo.RateConvention, paper.Undo.Distortion()));
        RunOptions run = paper.Run("simclr", 1);
        Assert.Equal(("step", 3e-3, 0.1, 0.0), (run.Training.Schedule, run.Training.LearningRate, run.Views.GreyProbability, run.Views.BlurProbability!.Value));
        Assert.Equal(11, paper.Preset.Methods.Count);
    }

    [Fact]
    public void Commands_OfARun_AreTheVerbsWithWhatDeparts()
    {
        PlannedRun run = Plan.Of(Items.Find(["figure5", "table-semi"]), small).Runs[0];
        string[] lines = [.. RunCommands.Of(run, "out")];
        Assert.Equal(1 + run.Undos.Count + 1, lines.Length);
        Assert.StartsWith("lethe pretrain ", lines[0], StringComparison.Ordinal);
        Assert.Contains(" --limit 2000 ", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("--learning-rate", lines[0], StringComparison.Ordinal);
        Assert.EndsWith($"--out {run.Folder("out")}", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith($"lethe undo {run.Folder("out")}", StringComparison.Ordinal) && line.Contains("--beta 0", StringComparison.Ordinal));
    }

    [Fact]
    public void Deviations_OfTheReference_AreNone()
    {
        Plan plan = Plan.Of(Items.Every, Setting.Reference);
        Assert.Empty(Deviations.Of(Setting.Reference, [.. plan.Runs.Where(run => run.Items.Contains("figure1"))], []));
    }

    [Fact]
    public void Deviations_OfSmall_NameNetworkSizeAndSchedule()
    {
        Deviation[] found = [.. Deviations.Of(small, Plan.Of(Items.Every, small).Runs, [])];

        // The rate that is used, not the 0 that stands for the optimiser's own.
        Assert.Contains(new Deviation("--learning-rate", "0.001", "0.003"), found);
        Assert.Equal(("2", "11"), Values("methods"));
        Assert.Equal(("3", "5"), Values("seeds"));
        Assert.Equal(("16", "64"), Values("--width"));
        Assert.Equal(("cosine", "step"), Values("--schedule"));
        Assert.Equal(("look-ahead", "keep"), Values("--level-one"));
        Assert.DoesNotContain(found, one => one.Option is "--seed" or "--data-root");

        (string, string) Values(string option) => found.Single(one => one.Option == option) is var one ? (one.Here, one.Reference) : default;
    }

    [Fact]
    public void Bill_TwiceAsManyRuns_CostsTwice()
    {
        Bill bill = Bill.Of(new NetworkSpeed(1e-3, 0.5, 1_000_000));
        PlannedRun[] runs = [.. Plan.Of(Items.Every, small).Runs];
        Price all = bill.Of(runs, small), half = bill.Of(runs[..(runs.Length / 2)], small), rest = bill.Of(runs[(runs.Length / 2)..], small);
        Assert.Equal(all.Hours, half.Hours + rest.Hours, 1e-9);
        Assert.Equal(all.Gigabytes, half.Gigabytes + rest.Gigabytes, 1e-9);

        // 2000 images in two views for 150 epochs are 600 s of the first run's training alone.
        Assert.True(bill.Of(runs[..1], small).Hours > 600.0 / 3600);
    }
}
