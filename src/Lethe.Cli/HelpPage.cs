using System.CommandLine;
using System.CommandLine.Invocation;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>
/// <c>--help</c>: the options that matter first, and the names of the groups that the others are in; <c>--help GROUP</c> those of one,
/// <c>--help all</c> every one, <c>--help markdown</c> the page of the reference. Made of the options themselves, within the width of
/// the terminal.
/// </summary>
/// <param name="topic">The flag's own value.</param>
/// <param name="width">Columns of the terminal.</param>
internal sealed class HelpPage(Option<string?> topic, Func<int> width) : SynchronousCommandLineAction
{
    private const string All = "all", Markdown = "markdown";
    private const int Indent = 2, MostNames = 26, Narrowest = 40, Widest = 110;

    // More options than fit on a screen are shown by group.
    private const int Few = 16;

    /// <summary>Help is given whatever else is wrong with the command line.</summary>
    public override bool ClearsParseErrors => true;

    /// <summary>Gives the command line its flag.</summary>
    public static void AddTo(RootCommand root, Func<int> width)
    {
        var flag = new Option<string?>("--help", "-h", "-?", "/?")
        {
            Description = "Show help: the main options, one GROUP of options, or all. 'markdown' prints all as a Markdown page.",
            HelpName = "GROUP", Recursive = true, Arity = ArgumentArity.ZeroOrOne,
        };
        flag.Action = new HelpPage(flag, width);
        root.Options.Remove(root.Options.Single(option => option is System.CommandLine.Help.HelpOption));
        root.Options.Add(flag);
    }

    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        int columns = Math.Clamp(width(), Narrowest, Widest);
        foreach (string line in Lines(parseResult.CommandResult.Command, parseResult.GetValue(topic), columns))
            output.WriteLine(line);
        return Verb.Done;
    }

    /// <summary>The page.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="topic">A group, or all; null for the short page.</param>
    /// <param name="columns">Columns at most.</param>
    public static IEnumerable<string> Lines(Command verb, string? topic, int columns)
    {
        if (topic == Markdown)
            return HelpMarkdown.Lines(verb);
        Option[] options = Shown(verb);
        (OptionGroup Group, Option[] Options)[] groups = Groups(verb);
        (OptionGroup Group, Option[] Options)[] asked = [.. groups.Where(one => one.Group.Name == topic)];
        if (topic is not null && topic != All && asked.Length > 0)
            return Pages(asked);
        VerbGuide guide = VerbGuide.Of(verb);
        bool whole = topic == All || options.Length <= Few;
        return
        [
            .. topic is null or All ? [] : Wrapped(
                $"There is no group '{topic}'.{Suggestion.Sentence(topic, [All, Markdown, .. groups.Select(one => one.Group.Name)])}",
                columns, ""),
            .. Wrapped(verb.Description ?? "", columns, ""), "",
            .. Wrapped($"Usage: {UsageOf(verb)}", columns, "       "),
            .. Section("Arguments", verb.Arguments.Select(one => (one.Name, one.Description ?? ""))),
            .. Section(
                "Verbs", verb.Subcommands.Where(one => !one.Hidden).Select(one => (one.Name, OptionDocs.FirstSentence(one.Description!)))),
            .. whole
                ? Pages(groups)
                :
                [
                    .. Section("Main options", guide.First.Select(flag => options.Single(one => one.Name == flag))
                        .Select(one => (NamesOf(one), Short(one)))),
                    "",
                    .. Wrapped(
                        $"The other {options.Length - guide.First.Count}: 'lethe {Usage.NameOf(verb)} --help GROUP', or '--help all'",
                        columns, ""),
                    .. Rows(groups.Select(one => (one.Group.Name, $"{one.Group.Title} ({one.Options.Length})"))),
                ],
            .. options.Length > Few
                ? ["", .. Wrapped(
                    $"These names work too, in any spelling: {string.Join(", ", OtherWords())}.", columns, "")]
                : Array.Empty<string>(),
            .. guide.Examples.Count == 0 ? Array.Empty<string>() :
            [
                "", "Examples", .. guide.Examples.SelectMany(one => new[] { $"  {one.Purpose}:", $"    {one.Line}" }),
            ],
        ];

        IEnumerable<string> OtherWords() => options.SelectMany(one => Synonyms.OfFlags.GetValueOrDefault(one.Name, []).Take(1));

        IEnumerable<string> Pages(IEnumerable<(OptionGroup Group, Option[] Options)> some) => some.SelectMany(one => Section(
            groups.Length == 1 ? "Options" : $"{one.Group.Title} ({one.Group.Name})",
            one.Options.Select(option => (NamesOf(option), option.Description ?? ""))));

        IEnumerable<string> Section(string title, IEnumerable<(string, string)> rows) =>
            rows.Any() ? ["", .. Wrapped(title, columns, ""), .. Rows(rows)] : [];

        IEnumerable<string> Rows(IEnumerable<(string Name, string Text)> rows)
        {
            int names = Math.Min(Math.Min(MostNames, columns / 3), rows.Max(row => row.Name.Length));
            string margin = new(' ', Indent + names + 2);
            foreach ((string name, string text) in rows)
            {
                string[] lines = [.. Wrapped(text, columns - margin.Length, "")];
                if (name.Length > names)
                    yield return new string(' ', Indent) + name;
                else
                    lines[0] = new string(' ', Indent) + name.PadRight(names + 2) + lines[0];
                foreach ((int i, string line) in lines.Index())
                    yield return (i == 0 && name.Length <= names ? line : margin + line).TrimEnd();
            }
        }
    }

    /// <summary>The options of a verb that help shows.</summary>
    public static Option[] Shown(Command verb) => [.. verb.Options.Where(option => !option.Hidden)];

    /// <summary>The same by group; one that belongs to several stands in each.</summary>
    public static (OptionGroup Group, Option[] Options)[] Groups(Command verb) =>
    [
        .. Shown(verb).SelectMany(option => GroupsOf(option).Select(group => (group, option))).GroupBy(one => one.group, one => one.option)
            .Select(group => (group.Key, group.ToArray())),
    ];

    /// <summary>How a verb is called: its arguments in order.</summary>
    public static string UsageOf(Command verb) => string.Join(
        ' ',
        new[] { "lethe", Usage.NameOf(verb), verb.Subcommands.Count == 0 ? "" : verb.Action is null ? "VERB" : "[VERB]" }
            .Concat(verb.Arguments.Select(one => one.Arity switch
            {
                { MinimumNumberOfValues: 0 } => $"[{one.Name}]",
                { MaximumNumberOfValues: > 1 } => $"{one.Name}…",
                _ => one.Name,
            })).Append("[OPTIONS]").Where(word => word.Length > 0));

    /// <summary>An option with what it takes.</summary>
    public static string NamesOf(Option option) => option.Arity.MaximumNumberOfValues == 0 || option is Option<bool>
        ? option.Name
        : $"{option.Name} {option.HelpName ?? "VALUE"}";

    private static IReadOnlyList<OptionGroup> GroupsOf(Option option) => option is FieldOption field ? field.Groups : [OptionGroup.Own];

    // The first sentence, with the limits and the default that stand behind the last one.
    private static string Short(Option option)
    {
        string text = option.Description ?? "", first = OptionDocs.FirstSentence(text);
        int tail = text.LastIndexOf('[');
        return tail > first.Length && text.EndsWith(']') ? $"{first} {text[tail..]}" : first;
    }

    private static IEnumerable<string> Wrapped(string text, int columns, string margin)
    {
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Trim().Length > 0 && line.Length + 1 + word.Length > columns)
            {
                yield return line;
                line = margin;
            }

            line += line.Length == 0 || line == margin ? word : " " + word;
        }

        yield return line;
    }
}
