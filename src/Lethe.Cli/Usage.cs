using System.CommandLine;
using System.CommandLine.Parsing;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>What is wrong with a command line, in sentences that say what was probably meant.</summary>
internal static class Usage
{
    // What a path that stands alone was probably meant for.
    private static readonly string[] imageFlags = ["--data", "--images"];

    /// <summary>What cannot be understood; none where all can.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="root">All verbs.</param>
    public static IReadOnlyList<string> Errors(ParseResult parsed, RootCommand root)
    {
        Command verb = parsed.CommandResult.Command;
        string[] tokens = [.. parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type is TokenType.Argument or TokenType.Option).Select(token => token.Value)];
        string[] unknown =
            [.. tokens.Where(LooksLikeFlag).Select(token => token.Split('=')[0]).Where(flag => Find(verb, flag) is null).Distinct()];

        // What comes first makes nonsense of what follows it.
        if (verb.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var wrong, ..] && !LooksLikeFlag(wrong))
            return [UnknownVerb(wrong, verb)];
        if (unknown.Length > 0)
            return [.. unknown.Select(flag => UnknownFlag(flag, verb, root))];
        if (parsed.UnmatchedTokens.Count > 0)
            return [.. parsed.UnmatchedTokens.Select(token => Superfluous(token, verb))];
        return [.. parsed.Errors.Select(error => error.SymbolResult is ArgumentResult { Argument: var argument, Parent: CommandResult }
            && error.Message.StartsWith("Required", StringComparison.Ordinal)
            ? $"'{NameOf(verb)}' needs {argument.Name}: {argument.Description}" : error.Message)];
    }

    /// <summary>A verb as it is called, as <c>data describe</c>; empty of the root.</summary>
    public static string NameOf(Command verb) =>
        verb is RootCommand ? "" : $"{verb.Parents.OfType<Command>().Select(NameOf).FirstOrDefault("")} {verb.Name}".TrimStart();

    /// <summary>All verbs below one, itself left out.</summary>
    public static IEnumerable<Command> Verbs(Command command) =>
        command.Subcommands.Where(verb => !verb.Hidden).SelectMany(verb => Verbs(verb).Prepend(verb));

    /// <summary>An option of a verb by any of its names.</summary>
    public static Option? Find(Command verb, string flag) =>
        verb.Options.Concat(Above(verb).SelectMany(parent => parent.Options.Where(option => option.Recursive)))
            .FirstOrDefault(option => option.Name == flag || option.Aliases.Contains(flag));

    private static IEnumerable<Command> Above(Command verb) =>
        verb.Parents.OfType<Command>().SelectMany(parent => Above(parent).Prepend(parent));

    // Not a negative number, and not '-' alone, which stands for a stream.
    private static bool LooksLikeFlag(string token) => token.Length > 1 && token[0] == '-' && (char.IsAsciiLetter(token[1])
        || (token[1] == '-' && token.Length > 2 && char.IsAsciiLetter(token[2])));

    private static string UnknownVerb(string wrong, Command command)
    {
        string[] verbs = [.. command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)];
        string near = wrong is "help" && command is RootCommand ? " See 'lethe --help'." : Suggestion.Sentence(wrong, verbs);
        return $"there is no verb '{wrong}'.{near} Verbs: {string.Join(", ", verbs)}.";
    }

    private static string UnknownFlag(string flag, Command verb, RootCommand root)
    {
        string[] own = [.. verb.Options.Where(option => !option.Hidden).Select(option => option.Name)];
        string near = Suggestion.Sentence(flag, own);
        string[] others =
            [.. Verbs(root).Where(other => other != verb && Find(other, flag) is not null).Select(other => $"'lethe {NameOf(other)}'")];
        string elsewhere = others.Length switch
        {
            0 => "",
            1 => $" {others[0]} has it.",
            _ => $" {string.Join(", ", others[..^1])} and {others[^1]} have it.",
        };
        return $"{(verb is RootCommand ? "lethe" : $"'{NameOf(verb)}'")} has no option {flag}.{near}{elsewhere}";
    }

    private static string Superfluous(string token, Command verb)
    {
        string? flag = imageFlags.FirstOrDefault(one => Path.Exists(token) && Find(verb, one) is not null);
        return $"'{NameOf(verb)}' does not know what to do with '{token}'."
            + (flag is null
                ? " Names of options begin with '--'; a value with blanks needs quotes."
                : $" Did you mean {flag} {OptionValues.Quote(token)}?");
    }
}
