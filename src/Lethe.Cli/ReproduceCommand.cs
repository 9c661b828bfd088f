using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Reproduction;
using Lethe.Results;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe reproduce</c>: the paper's claims, each with the runs that it takes, its verdict and its power, on one page.</summary>
internal static class ReproduceCommand
{
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    public static Command Create(Terminal terminal)
    {
        var items = new Argument<string[]>("ITEM")
        {
            Description = $"What to reproduce: {string.Join(", ", Items.Words)}. {Items.List} shows the items and how long each takes.",
            Arity = ArgumentArity.OneOrMore,
            CompletionSources = { _ => Items.Words.Select(word => new CompletionItem(word)) },
        };
        var command = new Command(
            "reproduce",
            "Test the paper's claims: make the runs that each figure and table needs, and say what holds, what fails and what could "
                + "not be tested. Finished work is skipped, and the same command continues after an interruption.") { items };
        var table = new OptionTable(command, [new ReproductionOptions(), new Machine()]);
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = table.Read(parsed);
            ReproductionOptions options = values.Apply(new ReproductionOptions());
            Machine machine = values.Apply(new Machine());
            OptionRecord.ValidateAll([options, machine]);
            string[] names = parsed.GetRequiredValue(items);
            string line = values.CommandLine($"reproduce {string.Join(' ', names)}");
            return names is [Items.List]
                ? List(options, machine, terminal, cancellation)
                : Run(Items.Find(names), options, machine, line, terminal, cancellation);
        }, exitCode: result => result["unfinished"] is JsonArray { Count: > 0 } ? Verb.Failed : Verb.Done);
    }

    private static JsonObject List(ReproductionOptions options, Machine machine, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Progress.Report(new WorkflowProgress("timing this machine", 0, 0, ""));
        Bill bill = Bill.Measure(Preset.All, machine, cancellation);
        (Setting Setting, Price Price, IReadOnlyList<(Item Item, Price Price)> Items)[] all =
        [
            .. Preset.All.Select(preset =>
            {
                Setting setting = Setting.Of(options with { Preset = preset.Name });
                Price Of(IReadOnlyList<Item> some) => bill.Of(Plan.Of(some, setting).Runs, setting);
                return (setting, Of(Items.Every), (IReadOnlyList<(Item, Price)>)[.. Items.Every.Select(item => (item, Of([item])))]);
            }),
        ];
        GridView.Show(
            new Grid(
                "Items", 1, [new("item"), new("what"), .. all.Select(one => new GridColumn(one.Setting.Preset.Name))],
                [
                    .. Items.Every.Select((item, i) => GridRow.Of([item.Name, item.Title, .. all.Select(one => one.Items[i].Price.Time)])),
                    GridRow.Of([Items.All, "all of them, what they share once", .. all.Select(one => one.Price.Time)]),
                ]),
            terminal);
        GridView.Show(
            new Grid(
                "Presets", 1,
                [new("--preset"), new("what"), new("methods"), new("seeds"), new("runs"), new("undos"), new("time"), new("GB")],
                [
                    .. all.Select(one => GridRow.Of(
                        one.Setting.Preset.Name, one.Setting.Preset.Summary, $"{one.Setting.Preset.Methods.Count}",
                        $"{one.Setting.Seeds.Count}", $"{one.Price.Runs}", $"{one.Price.Undos}", one.Price.Time,
                        Wording.Short(one.Price.Gigabytes))),
                ]),
            terminal);
        terminal.Say("Times are computed from a few steps on this machine, which other work slows down: right within a factor of two.");
        return ReproductionJson.Of(all);
    }

    private static JsonObject Run(
        IReadOnlyList<Item> items, ReproductionOptions options, Machine machine, string command, Terminal terminal,
        CancellationToken cancellation)
    {
        Setting setting = Setting.Of(options);
        Plan plan = Plan.Of(items, setting);
        PaperValues? paper = options.Paper is { } file ? PaperValues.Read(file) : null;
        PlannedRun[] left = [.. plan.Runs.Where(run => !run.IsDone(options.Out))];
        if (setting.Preset.NeedsYes && !options.Yes && left.Length > 0)
        {
            terminal.Progress.Report(new WorkflowProgress("timing this machine", 0, 0, ""));
            Price price = Bill.Measure([setting.Preset], machine, cancellation).Of(left, setting);
            throw new InvalidOptionException(
                $"--preset {setting.Preset.Name} takes {price.Words}. Give --yes to begin, or another --preset.");
        }

        if (left.Length > 0)
            if (items.Contains(TableItem.Transfer))
                setting.RequireTarget(terminal.Progress, cancellation);
        terminal.Say($"{Wording.Counted(plan.Runs.Count, "pre-training")} for {Wording.Counted(items.Count, "item")}, "
            + $"{plan.Runs.Count - left.Length} of them done, in {options.Out}.");
        Directory.CreateDirectory(options.Out);
        var work = new Reproducing(plan, options.Out, machine, terminal.Progress);
        try
        {
            foreach (Item item in items)
            {
                work.Run(item, cancellation);
                Write(items, plan, setting, work, command, paper);
            }
        }
        catch (OperationCanceledException)
        {
            terminal.Say($"Page, as far as it goes: {Write(items, plan, setting, work, command, paper).Page}");
            throw;
        }

        (Reproduced found, string page, JsonObject document) = Write(items, plan, setting, work, command, paper);
        foreach (ItemResult item in found.Items)
            terminal.Say($"{item.Item.Name}: {item.Words}");
        terminal.Say($"Page: {page}");
        document["page"] = page;
        document["unfinished"] = new JsonArray([.. work.Failures.Keys.Select(name => (JsonNode)name)]);
        return document;
    }

    private static (Reproduced Found, string Page, JsonObject Document) Write(
        IReadOnlyList<Item> items, Plan plan, Setting setting, Reproducing work, string command, PaperValues? paper)
    {
        Reproduced found = Reproduced.Read(items, plan, setting, work, command) with { Paper = paper };
        string page = Path.GetFullPath(Path.Combine(setting.Options.Out, "reproduction.html"));
        JsonObject document = ReproductionJson.Of(found);
        ReportCommand.WriteText(page, ReproductionPage.Render(found));
        ReportCommand.WriteText(Path.Combine(setting.Options.Out, "repro.json"), document.ToJsonString(indented));
        return (found, page, document);
    }
}
