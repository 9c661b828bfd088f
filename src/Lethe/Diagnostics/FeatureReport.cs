namespace Lethe.Diagnostics;

/// <summary>What can be said of features without a held-out split: see <see cref="FeatureDiagnostics.Measure"/>.</summary>
public sealed record FeatureReport
{
    internal const string OneView = "there is one view of each image, and it takes two";

    /// <summary>Rows of all views.</summary>
    public required int Rows { get; init; }

    /// <summary>The width of a row.</summary>
    public required int Dimension { get; init; }

    /// <summary>Views of each image.</summary>
    public required int Views { get; init; }

    /// <summary>ε² of the coding rates.</summary>
    public required double EpsilonSquared { get; init; }

    /// <summary>R of all rows, in nats.</summary>
    public required double Rate { get; init; }

    /// <summary>R, R_c and ΔR of the instance partition; null with one view.</summary>
    public CodingRateReduction? Instance { get; init; }

    /// <summary>R, R_c and ΔR of the label partition, over the rows that have a label; null without labels.</summary>
    public CodingRateReduction? Label { get; init; }

    /// <summary>Rows whose label is −1, which means none; all of them where no labels were given.</summary>
    public int Unlabelled { get; init; }

    /// <summary>Indicator of collapse: 0 where all rows point one way, 1/√d where they spread over the sphere.</summary>
    public required double NormalisedDeviation { get; init; }

    /// <summary>
    /// What needs neither labels nor a partition, by its name in JSON: rankMe, alphaReq, lidar, alignment, uniformity. Null where there is
    /// no value, which <see cref="Missing"/> explains.
    /// </summary>
    public required IReadOnlyDictionary<string, double?> Measures { get; init; }

    /// <summary>Why a measure that is null has no value, by its name in JSON, as the end of a sentence.</summary>
    public IReadOnlyDictionary<string, string> Missing
    {
        get
        {
            var missing = FeatureMeasures.All.Where(measure => Measures[measure.Name] is null)
                .ToDictionary(measure => measure.Name, measure => measure.WhyNot(Views, Rows / Views));
            if (Instance is null) missing["instance"] = OneView;
            if (Label is null) missing["label"] = "no row has a label";
            return missing;
        }
    }
}
