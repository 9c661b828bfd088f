using System.CommandLine;

namespace Lethe.Cli;

/// <summary>
/// <c>--help markdown</c>: the page of a verb in the reference, with every option. docs/reference/cli holds these pages, and a test
/// compares them with what is made here.
/// </summary>
internal static class HelpMarkdown
{
    /// <summary>The file of a verb's page.</summary>
    public static string FileName(Command verb) => verb is RootCommand ? "index.md" : $"{Usage.NameOf(verb).Replace(' ', '-')}.md";

    /// <summary>The page.</summary>
    public static IEnumerable<string> Lines(Command verb)
    {
        string call = $"lethe {Usage.NameOf(verb)}".TrimEnd();
        Command[] verbs = [.. Usage.Verbs(verb).Where(one => !one.Hidden)];
        return
        [
            $"# {call}", "", Prose(verb.Description ?? ""), "", "```text", HelpPage.UsageOf(verb), "```",
            .. Table("Arguments", "argument", verb.Arguments.Select(one => (Code(one.Name), Cell(one.Description ?? "")))),
            .. Table("Verbs", "verb", verbs.Select(
                one => ($"[{Usage.NameOf(one)}]({FileName(one)})", Cell(OptionDocs.FirstSentence(one.Description ?? ""))))),
            .. Examples(VerbGuide.Of(verb)),
            .. HelpPage.Groups(verb).SelectMany(one => Table(
                Prose(one.Group.Title), "option", one.Options.Select(option => (Code(HelpPage.NamesOf(option)), Cell(What(option)))),
                one.Group == OptionGroup.Own ? "" : $"`{call} --help {one.Group.Name}`")),
            "", $"This page is made by `{call} --help markdown`.",
        ];
    }

    private static IEnumerable<string> Examples(VerbGuide guide) => guide.Examples.Count == 0 ? [] :
        ["", "## Examples", .. guide.Examples.SelectMany(one => new[] { "", $"{Prose(one.Purpose)}:", "", "```", one.Line, "```" })];

    private static IEnumerable<string> Table(string title, string first, IEnumerable<(string Name, string Text)> rows, string note = "") =>
        !rows.Any() ? [] :
        [
            "", $"## {title}", "", .. note.Length == 0 ? Array.Empty<string>() : [note, ""], $"| {first} | what it does |", "|---|---|",
            .. rows.Select(row => $"| {row.Name} | {row.Text} |"),
        ];

    // Words of the field for an option stand with it, so that whoever searches the page for them finds it.
    private static string What(Option option) => (option.Description ?? "")
        + (Synonyms.OfFlags.GetValueOrDefault(option.Name, []) is { Length: > 0 } others ? $" Also: {string.Join(", ", others)}." : "");

    private static string Code(string text) => $"`{text.Replace("|", "\\|", StringComparison.Ordinal)}`";

    private static string Cell(string text) => Prose(text).Replace("|", "\\|", StringComparison.Ordinal);

    // What Markdown would take for its own.
    private static string Prose(string text) =>
        string.Concat(text.Select(c => c is '<' or '*' or '_' or '[' or ']' or '`' ? $"\\{c}" : $"{c}"));
}
