using System.CommandLine;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>
/// <c>--resume</c>: alone it goes on with what is there; <c>--resume auto</c> begins it, goes on with it, or says that it is done, so that
/// one command can be given as often as need be.
/// </summary>
internal sealed class ResumeOption : Option<string?>
{
    public const string Flag = "--resume", Auto = "auto";

    private const string Yes = "true", No = "false";

    /// <summary>Makes the option.</summary>
    /// <param name="description">What a verb goes on with.</param>
    public ResumeOption(string description)
        : base(Flag)
    {
        Description = $"{description} {Flag} {Auto} begins it if it does not exist, and does nothing if it is done.";
        HelpName = Auto;
        Arity = ArgumentArity.ZeroOrOne;
        CompletionSources.Add(Auto);

        // Set here, so that other spellings of names leave it alone.
        CustomParser = result => result.Tokens.Count == 0 ? Yes : result.Tokens[^1].Value;
    }

    /// <summary>
    /// The command line with the value that a bare <c>--resume</c> stands for, so that it does not take the word behind it for its own.
    /// </summary>
    public static IReadOnlyList<string> Spelt(IReadOnlyList<string> arguments)
    {
        var spelt = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--")
                return [.. spelt, .. arguments.Skip(i)];
            bool bare = arguments[i] == Flag;
            spelt.Add(!bare ? arguments[i] : i + 1 < arguments.Count && arguments[i + 1] is Auto or Yes or No
                ? $"{Flag}={arguments[++i]}" : $"{Flag}={Yes}");
        }

        return spelt;
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="InvalidOptionException">It is none of the words that there are.</exception>
    public Resuming Of(ParseResult parsed) => parsed.GetResult(this) is null or { Implicit: true } ? Resuming.No
        : parsed.GetValue(this) switch
        {
            null or Yes => Resuming.Must,
            No => Resuming.No,
            Auto => Resuming.May,
            var other => throw new InvalidOptionException($"{Flag} takes no value or '{Auto}'; found '{other}'."),
        };

    /// <summary>Whether a command goes on by itself where it is given again as it is.</summary>
    public static bool GoesOn(ParseResult parsed) => parsed.CommandResult.Command.Options.OfType<ResumeOption>().FirstOrDefault() is { } own
        && own.Of(parsed) == Resuming.May;
}
