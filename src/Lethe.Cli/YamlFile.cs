using Lethe.Runtime;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lethe.Cli;

/// <summary>
/// A YAML file of names with values, for people who write options. It is read by events, of which no more are asked for than its shape
/// takes: a document of any depth is never built, so that neither depth nor aliases can cost anything.
/// </summary>
/// <param name="title">What messages call the file.</param>
/// <param name="example">A line as the file should have them.</param>
/// <param name="shape">What stands behind a name, in words.</param>
/// <param name="depth">How many lists and maps may lie within each other, the outermost counted.</param>
internal sealed class YamlFile(string title, string example, string shape, int depth)
{
    private const int MostBytes = 65_536;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Its names and values; none where it is empty.</returns>
    /// <exception cref="InvalidOptionException">It cannot be read, or is of another shape.</exception>
    public IReadOnlyList<(string Key, YamlNode Value)> Read(string file)
    {
        if (!File.Exists(file))
            throw new InvalidOptionException($"{title}: no such file.{Suggestion.OfPath(file)}");
        if (new FileInfo(file).Length > MostBytes)
            throw new InvalidOptionException($"{title}: is larger than {MostBytes} bytes, the limit for a file of options.");
        try
        {
            using StreamReader reader = File.OpenText(file);
            return Document(new Parser(reader));
        }
        catch (YamlException error)
        {
            throw new InvalidOptionException($"{title}: not valid YAML at line {error.Start.Line}: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOptionException($"{title}: cannot be read: {error.Message}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // What the library itself does not expect of a file.
            throw new InvalidOptionException($"{title}: not valid YAML: {error.Message}");
        }
    }

    private IReadOnlyList<(string Key, YamlNode Value)> Document(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return [];
        parser.Consume<DocumentStart>();
        if (parser.Accept<Scalar>(out _) && Next<Scalar>(parser) is { Value: "", IsPlainImplicit: true })
            return [];
        if (!parser.Accept<MappingStart>(out _))
            throw new InvalidOptionException($"{title}: expected lines such as '{example}', found another structure.");
        YamlNode root = Node(parser, depth)!;
        parser.Consume<DocumentEnd>();
        return parser.TryConsume<StreamEnd>(out _) ? root.Fields! : throw new InvalidOptionException(
            $"{title}, line {parser.Current!.Start.Line}: a second document begins, and one is read. Remove the line '---'.");
    }

    // Null for what is none of the three, or lies too deep.
    private YamlNode? Node(Parser parser, int left)
    {
        if (Next<Scalar>(parser) is { } text)
            return new YamlNode(text.Start.Line) { Text = text.Value };
        if (left > 0 && Next<MappingStart>(parser) is { } map)
            return new YamlNode(map.Start.Line) { Fields = Fields(parser, left - 1) };
        if (left == 0 || Next<SequenceStart>(parser) is not { } list)
            return null;
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            long line = parser.Current!.Start.Line;
            items.Add(Node(parser, left - 1) ?? throw Misshapen(line));
        }

        return new YamlNode(list.Start.Line) { Items = items };
    }

    private List<(string Key, YamlNode Value)> Fields(Parser parser, int left)
    {
        var fields = new List<(string Key, YamlNode Value)>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            long line = parser.Current!.Start.Line;
            if (Next<Scalar>(parser) is not { } key || Node(parser, left) is not { } value)
                throw Misshapen(line);
            if (fields.Any(earlier => earlier.Key == key.Value))
                throw new InvalidOptionException($"{title}, line {line}: '{key.Value}' appears twice. Keep only one.");
            fields.Add((key.Value, value with { Line = line }));
        }

        return fields;
    }

    /// <summary>What is said of a value of another shape.</summary>
    public InvalidOptionException Misshapen(long line) => new($"{title}, line {line}: expected {shape}.");

    private T? Next<T>(Parser parser)
        where T : NodeEvent
    {
        if (!parser.Accept<T>(out _))
            return null;
        T one = parser.Consume<T>();
        return one.Anchor.IsEmpty ? one : throw new InvalidOptionException(
            $"{title}, line {one.Start.Line}: anchors (&) and aliases (*) are not read. Repeat the value.");
    }
}
