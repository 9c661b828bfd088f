using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>
/// Flags made of option records: a property <c>BatchSize</c> becomes <c>--batch-size</c> and the same key in a YAML
/// file; its documentation becomes its help. A flag that several records share sets them all.
/// </summary>
internal sealed class OptionTable
{
    private readonly IReadOnlyList<OptionField> fields;
    private readonly Dictionary<OptionField, FieldOption> options = [];
    /// <summary>Adds the flags of some records to a verb.</summary>
    /// <param name="command">The verb. What it calls by the name of a flag already stays as it is.</param>
    /// <param name="defaults">Records whose values are the defaults.</param>
    public OptionTable(Command command, params IEnumerable<object> defaults)
    {
        object[] all = [.. defaults];
        fields =
        [
            .. all
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
        ILookup<string, Type> records = all.SelectMany(
            record => record.GetType().GetProperties().Where(OptionField.Fits).Select(
                property => (Flag: OptionName.Flag(property), Record: record.GetType())))
            .ToLookup(one => one.Flag, one => one.Record);
        foreach (OptionField field in fields)
        {
            string shown = field.Default.Length == 0 ? "" : $" [{field.Default}]";
            var option = new FieldOption(field.Flag, [.. records[field.Flag].Select(OptionGroup.Of).Distinct()])
            {
                Description = OptionDocs.Of(field.Properties[0]) + shown,
                HelpName = field.IsSwitch ? "true|false" : field.Type == typeof(string) ? "NAME" : "N",
                Arity = field.IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
            };
            if (NamesOf(field.Properties[0]) is { Length: > 0 } names)
                option.CompletionSources.Add(names);
            options[field] = option;
            command.Options.Add(option);
        }
    }

    /// <summary>Reads what was given.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <returns>The values.</returns>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public OptionValues Read(ParseResult parsed)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach ((OptionField field, FieldOption option) in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
                values[field.Flag] = field.Parse(parsed.GetValue(option) ?? "true");
        }

        return new OptionValues(values);
    }

    // Names that the option has a list of. Any path will do for a source too, and any device of a number.
    private static string[] NamesOf(PropertyInfo property) => property.Name switch
    {
        _ when property.GetCustomAttribute<OneOfAttribute>() is { } names => [.. names.Offered],
        nameof(Runs.RunOptions.Method) => [.. MethodRegistry.All.Select(entry => entry.Name)],
        nameof(Runs.RunOptions.Augmentation) => [.. AugmentationOptions.Names],
        nameof(DataOptions.Data) or nameof(Workflow.ProtocolRunOptions.Target) => [.. DataSources.Known.Select(source => source.Name)],
        nameof(Workflow.Machine.Device) => ["cpu", "cuda"],
        _ => [],
    };

    /// <summary>A value as it is written on a command line.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
