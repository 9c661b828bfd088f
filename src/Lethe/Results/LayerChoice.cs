using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// Which layer of an encoder to take for one use: the one that most exceeds the last, the usual choice, where that is clear as
/// <see cref="Pairing"/> has it; else the last. Of layers that are level the later one.
/// </summary>
/// <remarks>
/// The layers are tested together (<see cref="Holm"/>). Several are looked at on the same images, so the gain of the one that is taken is a
/// little flattered.
/// </remarks>
/// <param name="Use">What for, in words.</param>
/// <param name="Key">What was measured, of the layer that is to be taken.</param>
/// <param name="Value">What that layer reached.</param>
/// <param name="Usual">The last layer.</param>
/// <param name="Gain">That layer less the last; null where it is the last.</param>
internal sealed record LayerChoice(string Use, ResultKey Key, SeedMean Value, string Usual, PairedDifference? Gain)
{
    // A layer that is held against another has a name that both share.
    private const string Any = "any";

    // What could have been seen of the layers that do not clearly differ from the last, in words; empty where it is unknown.
    private string Unseen { get; init; } = "";

    /// <summary>The layer to take.</summary>
    public string Layer => Key.Layer;

    private string Intervals => Gain is { Low: { } low, High: { } high }
        ? $" [{Wording.Fixed(100 * low, 1)}, {Wording.Fixed(100 * high, 1)}]"
        : "";

    /// <summary>
    /// A choice for each use that several layers were measured for, and can be held against each other: a linear classifier, nearest
    /// neighbours, few labels.
    /// </summary>
    /// <param name="results">What was measured.</param>
    /// <param name="stage">The state of the encoder.</param>
    public static IReadOnlyList<LayerChoice> Of(ResultTable results, EvaluationStage stage = EvaluationStage.Before)
    {
        ResultTable own = results.Only(key => Uses(key) is not null && LayerNames.Backbone.Contains(key.Layer));
        return
        [
            .. own.Keys.GroupBy(key => key with { Layer = Any })
                .Where(same => same.Key.LabelShare is null || same.Key.LabelShare == own.Keys.Min(key => key.LabelShare))
                .Select(same => Of(own, stage, Uses(same.Key)!, [.. same])).OfType<LayerChoice>(),
        ];
    }

    /// <summary>The choices in a sentence or two; empty where there are none.</summary>
    public static string Sentences(IReadOnlyList<LayerChoice> choices)
    {
        LayerChoice[] other = [.. choices.Where(choice => choice.Gain is not null)];
        IEnumerable<string> others = other.Select((choice, i) =>
            $"{(i == 0 ? $"Take {choice.Layer} for {choice.Use}" : $"For {choice.Use} take {choice.Layer}")}: "
            + $"{Wording.Percent(choice.Value)}, {Wording.Fixed(100 * choice.Gain!.Mean, 1)} points{choice.Intervals} above "
            + $"{choice.Usual}{(i == 0 ? ", the usual choice" : "")}.");
        IEnumerable<string> usual = choices.Except(other).GroupBy(choice => choice.Usual).Select(same =>
        {
            string uses = string.Join(" or ", same.Select(choice => $"{choice.Use} ({Wording.Percent(choice.Value)}{choice.Unseen})"));
            return other.Length == 0
                ? $"Take {same.Key}, the usual choice: no other layer is clearly better for {uses}."
                : $"For {uses} no layer is clearly better than {same.Key}.";
        });
        return string.Join(' ', others.Concat(usual));
    }

    private static LayerChoice? Of(ResultTable own, EvaluationStage stage, string use, ResultKey[] keys)
    {
        keys = [.. keys.Where(key => own[stage]?[key] is not null)];
        if (LayerOrder.Last(LayerOrder.Sort(keys.Select(key => key.Layer))) is not { } last)
            return null;
        Entrant? Alone(ResultKey key) => own.Only(one => one == key, Any)[stage];
        PairedResult? Above(ResultKey key) =>
            Alone(key)?.Less(Alone(key with { Layer = last }), key with { Layer = Any }) is { } above ? above with { Key = key } : null;
        var gains = PairedResult.Together(keys.Where(key => key.Layer != last).Select(Above))
            .Where(above => above.Difference is not null).ToDictionary(above => above.Key, above => above.Difference!);
        if (gains.Count == 0)
            return null; // nothing to choose from
        ResultKey best = keys.Where(key => gains.GetValueOrDefault(key) is { IsClear: true, Mean: > 0 }).Reverse()
            .MaxBy(key => gains[key].Mean) ?? keys[0] with { Layer = last };
        PairedDifference? unclear = gains.Values.Where(gain => !gain.IsClear).MaxBy(gain => gain.VisibleFrom);
        return new LayerChoice(use, best, own[stage]![best]!.Value, last, gains.GetValueOrDefault(best))
        {
            Unseen = unclear is not null && Wording.CouldHaveSeen(best, unclear) is { } seen ? $"; {seen}" : "",
        };
    }

    // Other targets are no use of their own, and by sealed images nothing is chosen.
    private static string? Uses(ResultKey key) => key switch
    {
        { Quick: true } or { Target: not null } => null,
        { IsProbe: true, Measure: Measure.LinearAccuracy } => "a linear classifier",
        { IsProbe: true, Measure: Measure.KnnAccuracy } => "nearest neighbours",
        { Protocol: "semi", Variant: "linear", Measure: ProtocolMeasure.Accuracy, LabelShare: { } share } =>
            $"{Wording.Short(100 * share)} % of the labels",
        _ => null,
    };
}
