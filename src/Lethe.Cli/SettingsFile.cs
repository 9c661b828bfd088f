using System.CommandLine;
using Lethe.Runtime;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lethe.Cli;

/// <summary>
/// <c>--config</c>: a YAML file of options, read as if they stood on the command line where they do not stand there already.
/// </summary>
internal static class SettingsFile
{
    public const string Flag = "--config";

    private const int MostBytes = 65_536;

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
        if (new FileInfo(file).Length > MostBytes)
            throw new InvalidOptionException($"{Flag} {file}: is larger than {MostBytes} bytes, which no file of options is.");
        try
        {
            using StreamReader reader = File.OpenText(file);
            return Settings(file, new Parser(reader));
        }
        catch (YamlException error)
        {
            throw new InvalidOptionException($"{Flag} {file}: not valid YAML at line {error.Start.Line}: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOptionException($"{Flag} {file}: cannot be read: {error.Message}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // What the library itself does not expect of a file.
            throw new InvalidOptionException($"{Flag} {file}: not valid YAML: {error.Message}");
        }
    }

    // By events, of which no more are asked for than 'name: value' and lists of names take: a document is never built, so that neither
    // depth nor aliases can cost anything.
    private static List<(string Key, string Text)> Settings(string file, Parser parser)
    {
        var settings = new List<(string Key, string Text)>();
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return settings;
        parser.Consume<DocumentStart>();
        if (parser.Accept<Scalar>(out _) && Next<Scalar>(parser) is { Value: "", IsPlainImplicit: true })
            return settings;
        if (Next<MappingStart>(parser) is not { } map)
            throw new InvalidOptionException($"{Flag} {file}: expected lines such as 'epochs: 100', found another structure.");
        RequirePlain(map);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            long line = parser.Current!.Start.Line;
            if (Next<Scalar>(parser) is not { } key || Text(parser) is not { Length: > 0 } text)
                throw new InvalidOptionException(
                    $"{Flag} {file}, line {line}: expected 'name: value' with a single value, or a list of names.");
            RequirePlain(key);
            if (settings.Any(earlier => earlier.Key == key.Value))
                throw new InvalidOptionException($"{Flag} {file}, line {line}: '{key.Value}' stands there twice. Leave one of them.");
            settings.Add((key.Value, text));
        }

        parser.Consume<DocumentEnd>();
        return parser.TryConsume<StreamEnd>(out _) ? settings : throw new InvalidOptionException(
            $"{Flag} {file}, line {parser.Current!.Start.Line}: a second document begins, and one is read. Remove the line '---'.");

        void RequirePlain(NodeEvent one)
        {
            if (!one.Anchor.IsEmpty)
                throw new InvalidOptionException($"{Flag} {file}, line {one.Start.Line}: anchors (&) and aliases (*) are not read. Repeat "
                    + "the value.");
        }

        string? Text(Parser parser)
        {
            if (Next<Scalar>(parser) is { } one)
            {
                RequirePlain(one);
                return one.Value;
            }

            if (Next<SequenceStart>(parser) is not { } list)
                return null;
            RequirePlain(list);
            var names = new List<string>();
            while (Next<Scalar>(parser) is { } name)
            {
                RequirePlain(name);
                names.Add(name.Value);
            }

            return parser.TryConsume<SequenceEnd>(out _) ? string.Join(',', names) : null;
        }
    }

    private static T? Next<T>(Parser parser)
        where T : ParsingEvent => parser.Accept<T>(out _) ? parser.Consume<T>() : null;
}
