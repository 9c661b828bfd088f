using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Lethe.Methods;
using Lethe.Runtime;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary><c>lethe methods</c>: the methods that <c>--method</c> takes; with a name, the options of one.</summary>
internal static class MethodsCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "A method, to see its options.", Arity = ArgumentArity.ZeroOrOne,
            CompletionSources = { _ => MethodRegistry.All.Select(entry => new CompletionItem(entry.Name)) },
        };
        var command = new Command("methods", "List the self-supervised methods; with a name, the options of one.") { name };
        return command.Does(terminal, (parsed, _) =>
            parsed.GetValue(name) is { } one ? Show(MethodRegistry.Find(one), terminal) : List(terminal));
    }

    private static JsonArray List(Terminal terminal)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("--method", "what", "source", "needs", "cost");
        foreach (MethodEntry entry in MethodRegistry.All)
        {
            table.AddRow(
                entry.Name, Markup.Escape($"{entry.Title}: {entry.Summary}"), Markup.Escape(entry.Source), Markup.Escape(entry.Needs),
                Cost(entry));
        }

        terminal.Show(table);
        terminal.Say("Cost: time of a training step over that of SimCLR, measured (docs/results/methods.md). 'lethe methods NAME' shows "
            + "the options of one.");
        return [.. MethodRegistry.All.Select(Describe)];
    }

    private static JsonObject Show(MethodEntry entry, Terminal terminal)
    {
        terminal.Say($"{entry.Title} ({entry.Source}): {entry.Summary}.");
        terminal.Say($"Needs {entry.Needs}. A step costs {Cost(entry)} of SimCLR's. If the embeddings collapse: {entry.AgainstCollapse}.");
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("flag and YAML key").NoWrap())
            .AddColumns("default", "what");
        var options = new JsonObject();
        foreach (PropertyInfo property in entry.DefaultOptions.GetType().GetProperties().Where(OptionField.Fits))
        {
            string flag = OptionName.Flag(property), value = OptionTable.Text(property.GetValue(entry.DefaultOptions));
            table.AddRow(flag, value, Markup.Escape(OptionDocs.Of(property)));
            options[flag[2..]] = value;
        }

        terminal.Show(table);
        JsonObject described = Describe(entry);
        described["options"] = options;
        return described;
    }

    private static JsonObject Describe(MethodEntry entry) => new()
    {
        ["name"] = entry.Name,
        ["title"] = entry.Title,
        ["summary"] = entry.Summary,
        ["source"] = entry.Source,
        ["needs"] = entry.Needs,
        ["relativeCost"] = entry.RelativeCost,
        ["againstCollapse"] = entry.AgainstCollapse,
        ["takesLocalViews"] = entry.TakesLocalViews,
    };

    private static string Cost(MethodEntry entry) => entry.RelativeCost.ToString("F2", CultureInfo.InvariantCulture);
}
