using System.Globalization;
using System.Reflection;
using Lethe.Runs;
using Lethe.Umm;

namespace Lethe.Results;

/// <summary>
/// What sets the undos of a group apart, in words. The most common value of each option (of equally common ones, that of the undo begun
/// first) makes the reference; a label names what departs from it.
/// </summary>
internal static class UndoLabels
{
    public const string Reference = "UMM";

    private const string Seed = nameof(RunManifest.Seed);

    // Those left out say what is measured beside the undo, not what it is.
    private static readonly PropertyInfo[] properties =
        [
            .. typeof(UmmOptions).GetProperties().Where(
                option => option.Name is not (nameof(UmmOptions.Control) or nameof(UmmOptions.EvaluateIterations))),
        ];

    // A control takes the method's loss alone, so none of these reaches it.
    private static readonly string[] beyondControl =
    [
        nameof(UmmOptions.Alpha), nameof(UmmOptions.Beta), nameof(UmmOptions.Volume), nameof(UmmOptions.Probes),
        nameof(UmmOptions.VolumeFloor),
        nameof(UmmOptions.Hypergradient), nameof(UmmOptions.FiniteDifferenceRadius), nameof(UmmOptions.InnerLearningRate),
        nameof(UmmOptions.EpsilonSquared), nameof(UmmOptions.CutAlignment), nameof(UmmOptions.MinimiseReduction),
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
            option =>
                undos.Select(undo => undo.Options[option]).GroupBy(value => value).OrderByDescending(value => value.Count()).First().Key);
        var labelled = undos
            .Select(
                undo => (undo.Name, undo.Options, Departures: options.Where(option => undo.Options[option] != reference[option]).ToArray()))
            .OrderBy(undo => undo.Departures.Length)
            .ThenBy(undo => undo.Departures.Select(option => Array.IndexOf(options, option)).DefaultIfEmpty(-1).First())
            .ThenBy(undo => undo.Departures.Select(option => Number(undo.Options[option])).FirstOrDefault())
            .ThenBy(undo => undo.Name, StringComparer.Ordinal)
            .Select(undo => (
                undo.Name,
                Label: undo.Departures.Length == 0 ? Reference : string.Join(
                    ", ", undo.Departures.Select(option => Words(option, undo.Options[option]))),
                Control: string.Join(
                    ", ",
                    undo.Departures.Except(beyondControl).Select(option => Words(option, undo.Options[option]))) is { Length: > 0 } words
                    ? $"control, {words}"
                    : "control"))
            .ToArray();

        // Those beside the same control stand together; undos with the same options are told apart by their folders.
        ILookup<string, string> same = labelled.ToLookup(undo => undo.Label, undo => undo.Name);
        return
        [
            .. labelled.GroupBy(undo => undo.Control).SelectMany(alike => alike).Select(
                undo => same[undo.Label].Count() == 1 ? undo : undo with { Label = $"{undo.Label} ({undo.Name})" }),
        ];
    }

    /// <summary>The options of the undo that the others are held against, in words.</summary>
    public static string Describe(ReportGroup group)
    {
        if (group.FirstUndo is not { } name) return "";
        (ReportRun run, ReportUndo undo) = group.Runs.SelectMany(each => each.Undos.Select(of => (each, of))).First(
            pair => pair.of.Name == name);
        return string.Join(
            ", ",
            Options(run, undo).Where(option => option.Value != "false" && option.Key != Seed).Select(
                option => Words(option.Key, option.Value)));
    }

    /// <summary>Whether undos of one name were made with different options, so that they do not belong together.</summary>
    public static bool Differ(ReportGroup group, string name) => group.Runs
        .SelectMany(
            run => run.Undos.Where(undo => undo.Name == name).Select(
                undo => string.Join('\n', Options(run, undo).Select(option => $"{option.Key} {option.Value}"))))
        .Distinct().Count() > 1;

    private static Dictionary<string, string> Options(ReportRun run, ReportUndo undo)
    {
        var options = properties.ToDictionary(option => option.Name, option => Text(option.GetValue(undo.Options)));
        options[Seed] = undo.Manifest.Seed == run.Manifest.Seed ? "" : $"{undo.Manifest.Seed}";
        return options;
    }

    private static string Text(object? value) =>
        value is bool set ? set ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static double Number(string value) => double.TryParse(value, CultureInfo.InvariantCulture, out double number) ? number : 0;

    private static string Words(string option, string text) => InWords(
        option, double.TryParse(text, CultureInfo.InvariantCulture, out double number) && option != Seed ? Wording.Short(number) : text);

    private static string InWords(string option, string value) => option switch
    {
        nameof(UmmOptions.Alpha) => $"α = {value}",
        nameof(UmmOptions.Beta) => $"β = {value}",
        nameof(UmmOptions.Probes) => $"q = {value}",
        nameof(UmmOptions.VolumeFloor) => $"δ = {value}",
        nameof(UmmOptions.InnerLearningRate) => $"η₁ = {value}",
        nameof(UmmOptions.OuterLearningRate) => $"η₂ = {value}",
        nameof(UmmOptions.EpsilonSquared) => $"ε² = {value}",
        nameof(UmmOptions.Volume) or nameof(UmmOptions.Hypergradient) or nameof(UmmOptions.OuterOptimiser) => value,
        nameof(UmmOptions.Iterations) => $"{value} iterations",
        nameof(UmmOptions.CutAlignment) => value == "true" ? "alignment without gradient" : "alignment with gradient",
        nameof(UmmOptions.MinimiseReduction) => value == "true" ? "ΔR minimised" : "ΔR maximised",
        Seed => value.Length == 0 ? "the run’s own seed" : $"seed {value}",
        _ => string.Concat(option.Select((c, i) => (char.IsUpper(c) && i > 0 ? " " : "") + char.ToLowerInvariant(c))) + $" {value}",
    };
}
