using System.CommandLine;
using Lethe.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

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
        Description = "A YAML file of options by the names of the flags, as 'batch-size: 64'; flags win.", HelpName = "FILE",
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
        if (!File.Exists(file))
            throw new InvalidOptionException($"{Flag} {file}: no such file.{Suggestion.OfPath(file)}");
        var stream = new YamlStream();
        try
        {
            using StreamReader reader = File.OpenText(file);
            stream.Load(reader);
        }
        catch (YamlException error)
        {
            throw new InvalidOptionException($"{Flag} {file}: not valid YAML at line {error.Start.Line}: {error.Message}");
        }

        if (stream.Documents.Count == 0)
            yield break;
        if (stream.Documents[0].RootNode is not YamlMappingNode map)
            throw new InvalidOptionException($"{Flag} {file}: expected lines such as 'epochs: 100', found another structure.");
        foreach ((YamlNode key, YamlNode value) in map)
        {
            if (key is not YamlScalarNode { Value: { } name } || TextOf(value) is not { Length: > 0 } text)
                throw new InvalidOptionException(
                    $"{Flag} {file}, line {key.Start.Line}: expected 'name: value' with a single value, or a list of names.");
            yield return (name, text);
        }
    }

    private static string? TextOf(YamlNode node) => node switch
    {
        YamlScalarNode scalar => scalar.Value,
        YamlSequenceNode list when list.All(one => one is YamlScalarNode) =>
            string.Join(',', list.Cast<YamlScalarNode>().Select(one => one.Value)),
        _ => null,
    };
}
