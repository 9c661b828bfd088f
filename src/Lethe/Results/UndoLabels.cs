using System.Globalization;
using System.Reflection;
using Lethe.Runs;
using Lethe.Umm;

namespace Lethe.Results;

/// <summary>
/// What sets the undos of a group apart, in words. The most common value of each option of UMM (of equally common ones, that of the undo
/// begun first) makes the reference; a label names what departs from it. Rivals of UMM are named by what they are.
/// </summary>
internal static class UndoLabels
{
    public const string Reference = "UMM";

    private const string Seed = nameof(RunManifest.Seed);

    private static readonly string[] ofRivals =
    [
        nameof(UmmOptions.Remedy), nameof(UmmOptions.WhitenEpsilon), nameof(UmmOptions.RewindEpoch), nameof(UmmOptions.Reestimate),
        nameof(UmmOptions.AverageFrom),
    ];

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
        nameof(UmmOptions.Dose), nameof(UmmOptions.LevelOne), nameof(UmmOptions.InnerStep), nameof(UmmOptions.RateConvention),
        nameof(UmmOptions.EpsilonSquared), nameof(UmmOptions.CutAlignment), nameof(UmmOptions.MinimiseReduction),
    ];

    /// <summary>
    /// Names, labels, and the labels of their controls; the same control label means the same training. UMM stands before its rivals.
    /// </summary>
    public static IReadOnlyList<(string Name, string Label, string Control)> Of(ReportGroup group)
    {
        var undos = group.Runs
            .SelectMany(run => run.Undos.Select(undo => (undo.Name, undo.Manifest.StartedUtc, undo.IsRival, Options: Options(run, undo))))
            .OrderBy(undo => undo.StartedUtc).ThenBy(undo => undo.Name, StringComparer.Ordinal).DistinctBy(undo => undo.Name).ToArray();
        string[] options = [.. undos.SelectMany(undo => undo.Options.Keys).Distinct().Except(ofRivals)];

        // Of equally common values the first one is taken.
        var references = undos.Any(undo => !undo.IsRival) ? undos.Where(undo => !undo.IsRival) : undos;
        Dictionary<string, string> reference = options.ToDictionary(
            option => option, option => references.GroupBy(undo => undo.Options[option]).MaxBy(same => same.Count())!.Key);
        var labelled = undos
            .Select(undo => (undo.Name, undo.IsRival, undo.Options, Departures: options.Intersect(Decisive(undo.Options))
                .Where(option => undo.Options[option] != reference[option]).ToArray()))
            .OrderBy(undo => undo.IsRival)
            .ThenBy(undo => undo.IsRival ? UmmOptions.Remedies.ToList().IndexOf(undo.Options[nameof(UmmOptions.Remedy)]) : 0)
            .ThenBy(undo => undo.Departures.Length)
            .ThenBy(undo => Array.IndexOf(options, undo.Departures.FirstOrDefault()))
            .ThenBy(undo => undo.Departures.Select(option => Number(undo.Options[option])).FirstOrDefault())
            .ThenBy(undo => undo.Name, StringComparer.Ordinal)
            .Select(undo => (
                undo.Name,
                Label: Wording.Joined(
                    ", ", undo.IsRival ? Rival(group, undo.Name, undo.Options) : null, InWords(undo.Options, undo.Departures)) is
                        { Length: > 0 } label ? label : Reference,
                Control: Wording.Joined(", ", "control", InWords(undo.Options, undo.Departures.Except(beyondControl)))))
            .ToArray();

        // Those beside the same control stand together; undos with the same options are told apart by their folders.
        ILookup<string, string> same = labelled.ToLookup(undo => undo.Label, undo => undo.Name);
        return
        [
            .. labelled.GroupBy(undo => undo.Control).SelectMany(alike => alike).Select(
                undo => same[undo.Label].Count() == 1 ? undo : undo with { Label = $"{undo.Label} ({undo.Name})" }),
        ];
    }

    // What a remedy depends on: of no training, none of the options of trainings.
    private static IEnumerable<string> Decisive(Dictionary<string, string> options) => options[nameof(UmmOptions.Remedy)] switch
    {
        UmmOptions.Whiten => [],
        UmmOptions.Rewind or UmmOptions.Average => [nameof(UmmOptions.Split)],
        UmmOptions.Continue => options.Keys.Where(option => option != nameof(UmmOptions.Iterations)),
        _ => options.Keys,
    };

    private static string Rival(ReportGroup group, string name, Dictionary<string, string> options)
    {
        // What was left open may have been chosen differently in each run.
        string[] chosen =
        [
            .. group.Runs.SelectMany(run => run.Undos).Where(undo => undo.Name == name)
                .SelectMany(undo => undo.Manifest.Choices.Select(choice => choice.Value)).Distinct(),
        ];
        string epochs = $"epoch{(chosen.Length == 1 ? "" : "s")} {Wording.List(chosen)}";
        return options[nameof(UmmOptions.Remedy)] switch
        {
            UmmOptions.Whiten => "ZCA-whitening"
                + (Number(options[nameof(UmmOptions.WhitenEpsilon)]) is var epsilon && epsilon != new UmmOptions().WhitenEpsilon
                    ? $", ε = {Wording.Short(epsilon)}" : ""),
            UmmOptions.Rewind => $"rewound to {epochs}"
                + (options[nameof(UmmOptions.Reestimate)] == "true" ? ", statistics estimated" : ""),
            UmmOptions.Average => $"averaged from {epochs} on",
            _ => "control, equal compute",
        };
    }

    /// <summary>The options of the undo that the others are held against, in words.</summary>
    public static string Describe(ReportGroup group)
    {
        if (group.FirstUndo is not { } name) return "";
        Dictionary<string, string> options = OfAll(group, name).First();
        return InWords(
            options,
            options.Keys.Except(ofRivals).Where(
                option => options[option] != "false" && option != Seed && !IsUsual(option, options[option])));
    }

    /// <summary>Whether undos of one name were made with different options, so that they do not belong together.</summary>
    public static bool Differ(ReportGroup group, string name) =>
        OfAll(group, name).Select(options => string.Join('\n', options)).Distinct().Count() > 1;

    private static IEnumerable<Dictionary<string, string>> OfAll(ReportGroup group, string name) =>
        group.Runs.SelectMany(run => run.Undos.Where(undo => undo.Name == name).Select(undo => Options(run, undo)));

    private static Dictionary<string, string> Options(ReportRun run, ReportUndo undo)
    {
        var options = properties.ToDictionary(option => option.Name, option => Text(option.GetValue(undo.Options)));
        options[nameof(UmmOptions.EpsilonSquared)] = Text(undo.Options.Distortion());
        options[Seed] = undo.Manifest.Seed == run.Manifest.Seed ? "" : $"{undo.Manifest.Seed}";
        return options;
    }

    private static string Text(object? value) =>
        value is bool set ? set ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    // How the problem is posed is worth a word only where it is posed in another way.
    private static bool IsUsual(string option, string value) => option is nameof(UmmOptions.Dose) or nameof(UmmOptions.LevelOne)
            or nameof(UmmOptions.OuterBatch) or nameof(UmmOptions.InnerStep) or nameof(UmmOptions.RateConvention)
        && value == Text(properties.First(property => property.Name == option).GetValue(new UmmOptions()));

    private static double Number(string value) => double.TryParse(value, CultureInfo.InvariantCulture, out double number) ? number : 0;

    private static string InWords(Dictionary<string, string> options, IEnumerable<string> names) => string.Join(
        ", ",
        from name in names
        let text = options[name]
        let isNumber = name != Seed && double.TryParse(text, CultureInfo.InvariantCulture, out _)
        select InWords(name, isNumber ? Wording.Short(Number(text)) : text));

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
        nameof(UmmOptions.Dose) => value == UmmOptions.Share ? "α, β shares of gradients" : "α, β raw weights",
        nameof(UmmOptions.LevelOne) => value == UmmOptions.Keep ? "level one kept" : "level one looked at",
        nameof(UmmOptions.OuterBatch) => value == UmmOptions.Fresh ? "level two on its own batch" : "both levels on one batch",
        nameof(UmmOptions.InnerStep) => $"inner step {value}",
        nameof(UmmOptions.RateConvention) => value == UmmOptions.CodeRate ? "ΔR of raw embeddings" : "ΔR of normalised features",
        nameof(UmmOptions.Iterations) => $"{value} iterations",
        nameof(UmmOptions.CutAlignment) => value == "true" ? "alignment without gradient" : "alignment with gradient",
        nameof(UmmOptions.MinimiseReduction) => value == "true" ? "ΔR minimised" : "ΔR maximised",
        Seed => value.Length == 0 ? "the run’s own seed" : $"seed {value}",
        _ => string.Concat(option.Select((c, i) => (char.IsUpper(c) && i > 0 ? " " : "") + char.ToLowerInvariant(c))) + $" {value}",
    };
}
