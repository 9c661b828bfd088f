using System.Globalization;
using Lethe.Augmentation.Corruptions;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A linear classifier fitted on images as they are, and measured on test images as they are and under common corruptions: Hendrycks and
/// Dietterich 2019 (1903.12261), in this library's own code (<see cref="Corruption"/>).
/// </summary>
/// <remarks>Accuracies, not the paper's errors in proportion to those of AlexNet.</remarks>
/// <param name="options">Which corruptions, how severe, at which layer.</param>
internal sealed class RobustnessProtocol(RobustnessProtocolOptions options) : Protocol
{
    // What a seed is for; the classifier takes the seed itself, so that it is that of the linear protocol.
    private const ulong Corrupting = 1;

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<RobustnessProtocolOptions>
    {
        Name = "robustness",
        Title = "Robustness",
        Summary = "a linear classifier under fifteen common corruptions of the test images at five severities",
        Defaults = new RobustnessProtocolOptions(),
        Build = options => new RobustnessProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings()
    {
        IReadOnlyList<Corruption> corruptions = options.Corruptions();
        string which = corruptions.Count == CorruptionRegistry.All.Count
            ? $"all {corruptions.Count} common corruptions"
            : string.Join(", ", corruptions.Select(corruption => corruption.Name));
        return $"Fitted on images as they are. Test images under {which} (Hendrycks and Dietterich 2019, in our own code), severity "
            + $"{string.Join(", ", options.Severities())} of 1 to {Corruption.Severest}, seeded by the image's place: "
            + "for each corruption the mean accuracy over severities, and the mean over corruptions. "
            + $"{LinearProtocol.RegressionSettings()}";
    }

    /// <inheritdoc/>
    public override void Check(FittingImages images)
    {
        LabelCheck.Classes(images.Source, images.Probe, atLeast: 2, "robustness");
        if (images.Probe.Count > 0 && Math.Min(images.Probe[0].Height, images.Probe[0].Width) is var side and < Corruption.SmallestSide)
            throw new DataException($"Corruptions need images of at least {Corruption.SmallestSide} pixels, but those of {images.Source} "
                + $"have {side.ToString(CultureInfo.InvariantCulture)}. Leave robustness out.");
    }

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        LinearClassifier classifier = options.Fit(encoder, images.Probe, seed, cancellation);
        yield return new CorruptedModel(classifier, options.Corruptions(), options.Severities(), RandomStream.Derive(seed, Corrupting))
        {
            Variant = LinearProtocol.Variant, Layer = options.ShiftLayer, FitCount = images.Probe.Count, Strength = classifier.Strength,
        };
    }
}

/// <summary>Options of <see cref="RobustnessProtocol"/>.</summary>
internal sealed record RobustnessProtocolOptions : ShiftOptions, IConflicting
{
    private const string AllCorruptions = "all";

    /// <summary>Severities of corruptions, 1 to 5, with commas between.</summary>
    public string RobustnessSeverities { get; init; } = "1,2,3,4,5";

    /// <summary>Names of corruptions with commas between, as gaussian-noise,fog; or all.</summary>
    public string RobustnessCorruptions { get; init; } = AllCorruptions;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this with { RobustnessSeverities = "1,3,5" };

    /// <summary>The severities as numbers, from mild to severe.</summary>
    internal IReadOnlyList<int> Severities() =>
    [
        .. Split(RobustnessSeverities)
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int severity) ? severity : 0)
            .Distinct().Order(),
    ];

    /// <summary>The corruptions, in the order of the registry.</summary>
    internal IReadOnlyList<Corruption> Corruptions() =>
        [.. CorruptionRegistry.All.Where(one =>
            RobustnessCorruptions == AllCorruptions || Split(RobustnessCorruptions).Contains(one.Name))];

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (Severities().DefaultIfEmpty().Any(severity => severity is < 1 or > Corruption.Severest))
        {
            yield return $"--robustness-severities '{RobustnessSeverities}' must be numbers from 1 to {Corruption.Severest} "
                + "with commas between, as 1,3,5.";
        }

        string[] names = [.. CorruptionRegistry.All.Select(corruption => corruption.Name)];
        if (RobustnessCorruptions != AllCorruptions && Split(RobustnessCorruptions).DefaultIfEmpty().Except(names).Any())
        {
            string wrong = Split(RobustnessCorruptions).Except(names).FirstOrDefault("");
            yield return $"--robustness-corruptions '{RobustnessCorruptions}' is unknown.{Suggestion.Sentence(wrong, names)} "
                + $"Use all, or some of {string.Join(", ", names)} with commas between.";
        }
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
