using System.CommandLine;
using System.Globalization;
using Lethe.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Lethe.Cli;

/// <summary>
/// Flags made of option records: a property <c>BatchSize</c> becomes <c>--batch-size</c> and the same key in a YAML
/// file; its documentation becomes its help. A flag that several records share sets them all.
/// </summary>
internal sealed class OptionTable
{
    private readonly IReadOnlyList<OptionField> fields;
    private readonly Dictionary<OptionField, Option<string?>> options = [];
    private readonly Option<FileInfo?> config =
        new("--config") { Description = "A YAML file of options by the names of the flags; flags win.", HelpName = "FILE" };

    /// <summary>Adds the flags of some records to a verb.</summary>
    /// <param name="command">The verb. What it calls by the name of a flag already stays as it is.</param>
    /// <param name="defaults">Records whose values are the defaults.</param>
    public OptionTable(Command command, params IEnumerable<object> defaults)
    {
        fields =
        [
            .. defaults
                .SelectMany(record => record.GetType().GetProperties().Where(OptionField.Fits).Select(property => (record, property)))
                .GroupBy(entry => OptionName.Flag(entry.property))
                .Where(group => command.Options.All(own => own.Name != group.Key))
                .Select(group => new OptionField(
                    group.Key,
                    [.. group.Select(entry => entry.property)],
                    string.Join(
                        " or ",
                        group.Select(entry => Text(entry.property.GetValue(entry.record))).Where(text => text.Length > 0).Distinct()))),
        ];
        foreach (OptionField field in fields)
        {
            string shown = field.Default.Length == 0 ? "" : $" [{field.Default}]";
            var option = new Option<string?>(field.Flag)
            {
                Description = OptionDocs.Of(field.Properties[0]) + shown,
                HelpName = field.IsSwitch ? "true|false" : field.Type == typeof(string) ? "NAME" : "N",
                Arity = field.IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
            };
            options[field] = option;
            command.Options.Add(option);
        }

        command.Options.Add(config);
    }

    /// <summary>Reads what was given by flags and by the YAML file.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <returns>The values.</returns>
    /// <exception cref="InvalidOptionException">A value or the file cannot be used.</exception>
    public OptionValues Read(ParseResult parsed)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        if (parsed.GetValue(config) is { } file)
        {
            foreach ((string key, string text) in ReadYaml(file))
            {
                OptionField field = fields.FirstOrDefault(f => f.Flag == "--" + key)
                    ?? throw new InvalidOptionException($"{file.Name}: unknown option '{key}'. The keys are the flags without dashes in "
                        + $"front: {string.Join(", ", fields.Select(f => f.Flag[2..]))}.");
                values[field.Flag] = field.Parse(text);
            }
        }

        foreach ((OptionField field, Option<string?> option) in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
                values[field.Flag] = field.Parse(parsed.GetValue(option) ?? "true");
        }

        return new OptionValues(values);
    }

    private static IEnumerable<(string Key, string Text)> ReadYaml(FileInfo file)
    {
        if (!file.Exists)
            throw new InvalidOptionException($"--config {file}: no such file.");
        var stream = new YamlStream();
        try
        {
            using StreamReader reader = file.OpenText();
            stream.Load(reader);
        }
        catch (YamlException error)
        {
            throw new InvalidOptionException($"--config {file}: not valid YAML at line {error.Start.Line}: {error.Message}");
        }

        if (stream.Documents.Count == 0)
            yield break;
        if (stream.Documents[0].RootNode is not YamlMappingNode map)
            throw new InvalidOptionException($"--config {file}: expected lines such as 'epochs: 100', found another structure.");
        foreach ((YamlNode key, YamlNode value) in map)
        {
            if (key is not YamlScalarNode { Value: { } name } || value is not YamlScalarNode { Value: { } text })
                throw new InvalidOptionException($"--config {file}, line {key.Start.Line}: expected 'name: value' with a single value.");
            yield return (name, text);
        }
    }

    /// <summary>A value as it is written on a command line.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
