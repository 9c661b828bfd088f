using System.Xml.Linq;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>
/// One protocol of a summary: a row for each layer and in it a lane for each state of the encoder, with its number beside it and its
/// spread over seeds.
/// </summary>
internal sealed record DotChart(SummaryTable Table, string Protocol, string Title, string Note)
{
    private const double Top = 8, Bottom = 36, Lane = 13, Gap = 12, Width = 460;

    /// <summary>A word under the name of a layer.</summary>
    public IReadOnlyDictionary<string, string> RowNotes { get; init; } = new Dictionary<string, string>();

    private double Left => RowNotes.Count == 0 ? 62 : 158;

    private double RowHeight => Math.Max(36, (Lane * Table.Stages.Count) + Gap);

    private IReadOnlyList<string> Layers => [.. Table.Rows.Where(layer => Table.Stages.Any(stage => Table[layer, Protocol, stage] is not null))];

    public double Height => Top + (RowHeight * Layers.Count) + Bottom;

    private double Factor => Wording.IsAccuracy(Protocol) ? 100 : 1;

    private string Unit => Wording.IsAccuracy(Protocol) ? "accuracy, %" : "ΔR, nats";

    public AxisScale X => AxisScale.Around(
        Table.Cells.Where(cell => cell.Protocol == Protocol).SelectMany(cell => (double[])
        [
            Factor * (cell.Value.Mean - cell.Value.Deviation), Factor * (cell.Value.Mean + cell.Value.Deviation),
        ]), 4);

    public double PlaceX(double value) => Left + 8 + (X.Place(value) * (Width - Left - 20));

    /// <summary>The figure: title and drawing.</summary>
    public XElement Render()
    {
        AxisScale x = X;
        double floor = Height - Bottom;
        return El(
            "figure",
            El("figcaption", El("strong", Title), El("span", Class("note"), Note)),
            El(
                "svg",
                At("viewBox", $"0 0 {Number(Width)} {Number(Height)}"),
                At("role", "img"),
                At("aria-label", $"{Title}. {Describe()}"),
                El("desc", Describe()),
                x.Ticks.Select(tick => El("line", Class("grid"), At("x1", PlaceX(tick)), At("x2", PlaceX(tick)), At("y1", Top), At("y2", floor))),
                x.Ticks.Select(tick => El("text", Class("tick middle"), At("x", PlaceX(tick)), At("y", floor + 14), x.Label(tick))),
                El("text", Class("label end"), At("x", Width - 4), At("y", Height - 5), Unit),
                Layers.SelectMany(Row)));
    }

    private IEnumerable<XElement> Row(string layer, int row)
    {
        double top = Top + (row * RowHeight);
        if (row > 0) yield return El("line", Class("rule"), At("x1", 0), At("x2", Width), At("y1", top), At("y2", top));
        string? note = RowNotes.GetValueOrDefault(layer);
        yield return El("text", Class("row"), At("x", 0), At("y", top + (RowHeight / 2) + (note is null ? 4 : -2)), layer);
        if (note is not null) yield return El("text", Class("tick"), At("x", 0), At("y", top + (RowHeight / 2) + 13), note);
        for (int lane = 0; lane < Table.Stages.Count; lane++)
        {
            EvaluationStage stage = Table.Stages[lane];
            if (Table[layer, Protocol, stage] is { } value) yield return Dot(layer, stage, value, top + (RowHeight / 2) + (Lane * (lane + 0.5 - (Table.Stages.Count / 2.0))));
        }
    }

    private XElement Dot(string layer, EvaluationStage stage, Spread value, double y)
    {
        Spread shown = value.Times(Factor);
        double x = PlaceX(shown.Mean);
        double reach = PlaceX(shown.Mean + shown.Deviation) - x;
        bool before = x > Width * 0.66;
        string text = Wording.Plain(shown, 1);
        return El(
            "g",
            Class($"stage-{stage.ToString().ToLowerInvariant()}"),
            reach > 0 ? El("line", Class("line"), At("x1", x - reach), At("x2", x + reach), At("y1", y), At("y2", y)) : null,
            El("circle", Class("dot"), At("cx", x), At("cy", y), At("r", 4), El("title", $"{layer}, {Wording.Stage(stage)}: {text}")),
            El("text", Class(before ? "value end" : "value"), At("x", before ? x - reach - 8 : x + reach + 8), At("y", y + 4), text));
    }

    private string Describe() => string.Join(" ", Layers.Select(layer =>
        $"{layer}: {string.Join(", ", Table.Stages.Where(stage => Table[layer, Protocol, stage] is not null).Select(stage => $"{Wording.Stage(stage)} {Wording.Plain(Table[layer, Protocol, stage]!.Value.Times(Factor), 1)}"))}."));
}
