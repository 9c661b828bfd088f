namespace Lethe.Diagnostics;

/// <summary>What can be said of features without a held-out split: see <see cref="FeatureDiagnostics.Measure"/>.</summary>
public sealed record FeatureReport
{
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

    /// <summary>Effective rank of the raw features: exp of the entropy of their singular values, from 1 to d (RankMe).</summary>
    public required double RankMe { get; init; }

    /// <summary>
    /// Exponent α by which the eigenvalues of the covariance fall; null where the rows vary in fewer than two directions.
    /// </summary>
    public double? AlphaReq { get; init; }

    /// <summary>Mean over the views of the log of the mean Gaussian potential of pairs of normalised rows; null with one image.</summary>
    public double? Uniformity { get; init; }

    /// <summary>Mean squared distance between normalised views of an image, from 0 to 4; null with one view.</summary>
    public double? Alignment { get; init; }

    /// <summary>
    /// Effective rank of what separates images beside what separates their views (LiDAR); null with one view or one image.
    /// </summary>
    public double? Lidar { get; init; }

    /// <summary>Why a measure that is null has no value, by the name of its property, as the end of a sentence.</summary>
    public IReadOnlyDictionary<string, string> Missing
    {
        get
        {
            const string OneView = "there is one view of each image, and it takes two", OneImage = "there is one image, and it takes two";
            return new (string Name, bool IsMissing, string Why)[]
            {
                (nameof(Instance), Instance is null, OneView),
                (nameof(Label), Label is null, "no row has a label"),
                (nameof(AlphaReq), AlphaReq is null, "the rows vary in fewer than two directions, so no spectrum decays"),
                (nameof(Uniformity), Uniformity is null, OneImage),
                (nameof(Alignment), Alignment is null, OneView),
                (nameof(Lidar), Lidar is null, Views < 2 ? OneView : OneImage),
            }.Where(measure => measure.IsMissing).ToDictionary(measure => measure.Name, measure => measure.Why);
        }
    }
}
