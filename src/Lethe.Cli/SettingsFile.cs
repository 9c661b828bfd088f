using System.CommandLine;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>
/// <c>--config</c>: a YAML file of options, read as if they stood on the command line where they do not stand there already.
/// </summary>
internal static class SettingsFile
{
    public const string Flag = "--config";

    /// <summary>The flag, which every verb has.</summary>
    public static Option<string?> Option() => new(Flag)
    {
        Description = "A YAML file of options, named like the flags: 'batch-size: 64'. Flags override it.", HelpName = "FILE",
    };

    /// <summary>The command line with what the file says in it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="parsed">The same, parsed.</param>
    /// <returns>The same where no file is named.</returns>
    /// <exception cref="InvalidOptionException">The file or what it says cannot be used.</exception>
    public static IReadOnlyList<string> Unfold(IReadOnlyList<string> arguments, ParseResult parsed)
    {
        Command verb = parsed.CommandResult.Command;
        if (verb.Options.FirstOrDefault(option => option.Name == Flag) is not Option<string?> config
            || parsed.GetValue(config) is not { } file)
            return arguments;
        var more = new List<string>();
        foreach ((string key, string text) in Read(file))
        {
            string flag = key.StartsWith('-') ? key : "--" + key;
            Option option = verb.Options.FirstOrDefault(one => one.Name == flag || one.Aliases.Contains(flag))
                ?? throw new InvalidOptionException(
                    $"{file}: unknown option '{key}'.{Suggestion.Sentence(key, verb.Options.Select(one => one.Name[2..]))} "
                    + $"The keys are the flags of 'lethe {Usage.NameOf(verb)} --help all' without dashes in front.");
            if (parsed.GetResult(option) is null or { Implicit: true })
                more.Add($"{option.Name}={text}");
        }

        int end = arguments.ToList().IndexOf("--");
        return end < 0 ? [.. arguments, .. more] : [.. arguments.Take(end), .. more, .. arguments.Skip(end)];
    }

    private static IEnumerable<(string Key, string Text)> Read(string file)
    {
        const string Shape = "'name: value' with a single value, or a list of names";
        var yaml = new YamlFile($"{Flag} {file}", "epochs: 100", Shape, depth: 2);
        foreach ((string key, YamlNode value) in yaml.Read(file))
            yield return (key, value.Joined ?? throw yaml.Misshapen(value.Line));
    }
}
