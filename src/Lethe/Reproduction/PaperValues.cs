using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Results;
using Lethe.Reporting;
using Lethe.Runtime;

namespace Lethe.Reproduction;

/// <summary>The paper's own values, digitised by somebody who has them; the format is in docs/reproduce.md.</summary>
/// <param name="Source">Who read them off what.</param>
/// <param name="Items">By the name of the item.</param>
internal sealed record PaperValues(string Source, IReadOnlyDictionary<string, PaperValues.Item> Items)
{
    private static readonly JsonSerializerOptions strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">It is no such file.</exception>
    public static PaperValues Read(string path)
    {
        PaperValues values;
        try
        {
            values = JsonSerializer.Deserialize<PaperValues>(File.ReadAllText(path), strict)
                ?? throw new JsonException("It is empty.");
        }
        catch (JsonException error)
        {
            throw new DataException(
                $"--paper {path}: expected the paper's values as docs/reproduce.md describes them. {error.Message}", error);
        }

        string[] names = [.. Reproduction.Items.Every.Select(item => item.Name)];
        if (values.Items.Keys.Except(names).FirstOrDefault() is { } unknown)
        {
            throw new DataException(
                $"--paper {path}: '{unknown}' is not an item.{Suggestion.Sentence(unknown, names)} Use {string.Join(", ", names)}.");
        }

        foreach (Line line in values.Items.Values.SelectMany(item => item.Charts).SelectMany(chart => chart.Lines))
        {
            if (line.Points.Any(point => point.Count != 2))
                throw new DataException($"--paper {path}: a point of the line '{line.Name}' is not two numbers. Give each as [x, y].");
        }

        return values;
    }

    /// <summary>What there is of an item.</summary>
    public Item? Of(string name) => Items.GetValueOrDefault(name);

    /// <summary>Charts and tables of an item.</summary>
    internal sealed record Item
    {
        public IReadOnlyList<PaperChart> Charts { get; init; } = [];

        public IReadOnlyList<PaperTable> Tables { get; init; } = [];
    }

    /// <summary>A chart: its axes and lines.</summary>
    internal sealed record PaperChart(string Title, string X, string Y, IReadOnlyList<Line> Lines)
    {
        /// <summary>The chart, its lines dashed.</summary>
        public LineChart Draw() => new(Title, "", X, Y,
        [
            .. Lines.Select((line, i) => new ChartSeries(
                line.Name, i == 0 ? "early" : i == 1 ? "last" : "plain", true,
                [.. line.Points.OrderBy(point => point[0]).Select(point => new ChartPoint(point[0], new SeedMean(point[1], 0, 1)))])),
        ]);
    }

    /// <summary>A line: points [x, y].</summary>
    internal sealed record Line(string Name, IReadOnlyList<IReadOnlyList<double>> Points);

    /// <summary>A table: the names of its columns, and rows of text.</summary>
    internal sealed record PaperTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
    {
        /// <summary>The table.</summary>
        public Grid Draw() =>
            new(Title, 1, [.. Columns.Select(column => new GridColumn(column))], [.. Rows.Select(row => GridRow.Of(row))]);
    }
}
