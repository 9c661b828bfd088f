using System.Globalization;
using System.Text.Json.Nodes;

namespace Lethe.Results;

/// <summary>
/// What sets the undos of a group apart, in words. The most common value of each option (of equally common ones, that of the undo begun
/// first) makes the reference; a label names what departs from it.
/// </summary>
internal static class UndoLabels
{
    public const string Reference = "UMM";

    private const string Seed = "seed";

    // These say what is measured beside the undo, not what it is.
    private static readonly string[] beside = ["control", "evaluateIterations"];

    // A control takes the method's loss alone, so none of these reaches it.
    private static readonly string[] beyondControl =
    [
        "alpha", "beta", "volume", "probes", "volumeFloor", "hypergradient", "finiteDifferenceRadius", "innerLearningRate", "epsilonSquared",
        "cutAlignment", "minimiseReduction",
    ];

    /// <summary>Names, labels, and the labels of their controls; the same control label means the same training.</summary>
    public static IReadOnlyList<(string Name, string Label, string Control)> Of(ReportGroup group)
    {
        (string Name, Dictionary<string, string> Options)[] undos =
        [
            .. group.Runs.SelectMany(run => run.Undos.Select(undo => (Run: run, Undo: undo)))
                .OrderBy(pair => pair.Undo.Manifest.StartedUtc).ThenBy(pair => pair.Undo.Name, StringComparer.Ordinal)
                .DistinctBy(pair => pair.Undo.Name)
                .Select(pair => (pair.Undo.Name, Options(pair.Run, pair.Undo))),
        ];
        string[] options = [.. undos.SelectMany(undo => undo.Options.Keys).Distinct()];
        // Grouping keeps the order of the undos, and so does the stable sort.
        Dictionary<string, string> reference = options.ToDictionary(
            option => option,
            option => undos.Select(undo => undo.Options.GetValueOrDefault(option, "")).GroupBy(value => value).OrderByDescending(value => value.Count()).First().Key);
        var labelled = undos
            .Select(undo => (undo.Name, undo.Options, Departures: options.Where(option => undo.Options.GetValueOrDefault(option, "") != reference[option]).ToArray()))
            .OrderBy(undo => undo.Departures.Length)
            .ThenBy(undo => undo.Departures.Select(option => Array.IndexOf(options, option)).DefaultIfEmpty(-1).First())
            .ThenBy(undo => undo.Departures.Select(option => Number(undo.Options.GetValueOrDefault(option, ""))).FirstOrDefault())
            .ThenBy(undo => undo.Name, StringComparer.Ordinal)
            .Select(undo => (
                undo.Name,
                Label: undo.Departures.Length == 0 ? Reference : string.Join(", ", undo.Departures.Select(option => Words(option, undo.Options.GetValueOrDefault(option, "")))),
                Control: string.Join(", ", undo.Departures.Except(beyondControl).Select(option => Words(option, undo.Options.GetValueOrDefault(option, "")))) is { Length: > 0 } words ? $"control, {words}" : "control"))
            .ToArray();

        // Those beside the same control stand together; undos with the same options are told apart by their folders.
        ILookup<string, string> same = labelled.ToLookup(undo => undo.Label, undo => undo.Name);
        return [.. labelled.GroupBy(undo => undo.Control).SelectMany(alike => alike).Select(undo => same[undo.Label].Count() == 1 ? undo : undo with { Label = $"{undo.Label} ({undo.Name})" })];
    }

    /// <summary>The options of the undo that the others are held against, in words.</summary>
    public static string Describe(ReportGroup group)
    {
        if (group.FirstUndo is not { } name) return "";
        (ReportRun run, ReportUndo undo) = group.Runs.SelectMany(each => each.Undos.Select(of => (each, of))).First(pair => pair.of.Name == name);
        return string.Join(", ", Options(run, undo).Where(option => option.Value != "false" && option.Key != Seed).Select(option => Words(option.Key, option.Value)));
    }

    /// <summary>Whether undos of one name were made with different options, so that they do not belong together.</summary>
    public static bool Differ(ReportGroup group, string name) => group.Runs
        .SelectMany(run => run.Undos.Where(undo => undo.Name == name).Select(undo => string.Join('\n', Options(run, undo).Select(option => $"{option.Key} {option.Value}"))))
        .Distinct().Count() > 1;

    private static Dictionary<string, string> Options(ReportRun run, ReportUndo undo)
    {
        var options = new Dictionary<string, string>();
        foreach ((string name, JsonNode? value) in undo.Manifest.Options["umm"] as JsonObject ?? [])
            if (!beside.Contains(name)) options[name] = value?.ToString() ?? "";
        options[Seed] = undo.Manifest.Seed == run.Manifest.Seed ? "" : $"{undo.Manifest.Seed}";
        return options;
    }

    private static double Number(string value) => double.TryParse(value, CultureInfo.InvariantCulture, out double number) ? number : 0;

    private static string Words(string option, string text) => InWords(
        option, double.TryParse(text, CultureInfo.InvariantCulture, out double number) && option != Seed ? Wording.Short(number) : text);

    private static string InWords(string option, string value) => option switch
    {
        "alpha" => $"α = {value}",
        "beta" => $"β = {value}",
        "probes" => $"q = {value}",
        "volumeFloor" => $"δ = {value}",
        "innerLearningRate" => $"η₁ = {value}",
        "outerLearningRate" => $"η₂ = {value}",
        "epsilonSquared" => $"ε² = {value}",
        "volume" or "hypergradient" or "outerOptimiser" => value,
        "iterations" => $"{value} iterations",
        "cutAlignment" => value == "true" ? "alignment without gradient" : "alignment with gradient",
        "minimiseReduction" => value == "true" ? "ΔR minimised" : "ΔR maximised",
        Seed => value.Length == 0 ? "the run’s own seed" : $"seed {value}",
        _ => $"{string.Concat(option.Select(c => char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"))} {(value.Length == 0 ? "not set" : value)}",
    };
}
