using System.Xml.Linq;
using Lethe.Results;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>
/// One protocol of a summary: a row for each layer and in it a lane for each state of the encoder, with its number beside it and its
/// spread over seeds.
/// </summary>
internal sealed record DotChart(ResultTable Table, string Protocol, string Title, string Note)
{
    private const double Top = 8, Bottom = 36, Lane = 13, Gap = 12, Width = 460;

    /// <summary>A word under the name of a layer.</summary>
    public IReadOnlyDictionary<string, string> RowNotes { get; init; } = new Dictionary<string, string>();

    private double Left => RowNotes.Count == 0 ? 62 : 158;

    private double RowHeight => Math.Max(36, (Lane * Table.Entrants.Count) + Gap);

    private IReadOnlyList<string> Layers => [.. Table.Keys.Where(key => key.Protocol == Protocol).Select(key => key.Layer)];

    public double Height => Top + (RowHeight * Layers.Count) + Bottom;

    private double Factor => Wording.IsAccuracy(Protocol) ? 100 : 1;

    private string Unit => Wording.IsAccuracy(Protocol) ? "accuracy, %" : "ΔR, nats";

    public AxisScale X => AxisScale.Around(
        Layers.SelectMany(layer => Dots(layer)).SelectMany(dot => (double[])
        [
            dot.Value.Mean - dot.Value.Deviation, dot.Value.Mean + dot.Value.Deviation,
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
                x.Ticks.Select(
                    tick => El("line", Class("grid"), At("x1", PlaceX(tick)), At("x2", PlaceX(tick)), At("y1", Top), At("y2", floor))),
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
        foreach ((Entrant state, int lane, SeedMean value) in Dots(layer))
            yield return Dot(layer, state, value, top + (RowHeight / 2) + (Lane * (lane + 0.5 - (Table.Entrants.Count / 2.0))));
    }

    /// <summary>The numbers of a row as they are shown, each with the lane of its state.</summary>
    private IEnumerable<(Entrant State, int Lane, SeedMean Value)> Dots(string layer) =>
        from state in Table.Entrants.Index()
        let cell = state.Item[ResultKey.Probe(Protocol, layer)]
        where cell is not null
        select (state.Item, state.Index, cell.Value.Times(Factor));

    private XElement Dot(string layer, Entrant state, SeedMean shown, double y)
    {
        double x = PlaceX(shown.Mean);
        double reach = PlaceX(shown.Mean + shown.Deviation) - x;
        bool before = x > Width * 0.66;
        string text = Wording.Plain(shown, 1);
        return El(
            "g",
            Class(state.Style),
            reach > 0 ? El("line", Class("line"), At("x1", x - reach), At("x2", x + reach), At("y1", y), At("y2", y)) : null,
            El("circle", Class("dot"), At("cx", x), At("cy", y), At("r", 4), El("title", $"{layer}, {state.Label}: {text}")),
            El("text", Class(before ? "value end" : "value"), At("x", before ? x - reach - 8 : x + reach + 8), At("y", y + 4), text));
    }

    private string Describe() => string.Join(" ", Layers.Select(layer =>
        $"{layer}: {string.Join(", ", Dots(layer).Select(dot => $"{dot.State.Label} {Wording.Plain(dot.Value, 1)}"))}."));
}
