using System.CommandLine;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>Understands a command line, with the file of options that it names.</summary>
internal static class ArgumentReader
{
    /// <summary>Reads a command line.</summary>
    /// <param name="root">All verbs.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>What it says, and what of it cannot be understood, in sentences.</returns>
    public static (ParseResult Parsed, IReadOnlyList<string> Errors) Read(RootCommand root, IReadOnlyList<string> arguments)
    {
        arguments = ResumeOption.Spelt(arguments);
        ParseResult parsed = root.Parse(arguments.Count == 0 ? ["--help"] : arguments);
        if (parsed.Action is HelpPage)
            return (parsed, []);
        try
        {
            parsed = root.Parse(SettingsFile.Unfold(arguments, parsed));
            return (parsed, Usage.Errors(parsed, root));
        }
        catch (InvalidOptionException error)
        {
            return (parsed, [error.Message]);
        }
    }
}
