namespace Lethe.Recognition;

/// <summary>All numbers of an <see cref="EmbeddingClassifier"/>, as its file has them.</summary>
internal sealed record ClassifierContents
{
    /// <summary>Names of the classes, c.</summary>
    public required string[] ClassNames { get; init; }

    /// <summary>What embeddings are brought to before anything else, d numbers each.</summary>
    public required FeatureScale Scale { get; init; }

    /// <summary>Weights of scaled features, [c, d].</summary>
    public required float[,] Weights { get; init; }

    /// <summary>[c].</summary>
    public required float[] Bias { get; init; }

    /// <summary>What scores are multiplied with before the softmax, so that it is calibrated: 1/T.</summary>
    public required double Sharpness { get; init; }

    /// <summary>λ of the regularisation.</summary>
    public required double Strength { get; init; }

    /// <summary>Where the classes lie on the sphere, [c, d].</summary>
    public required float[,] Directions { get; init; }

    /// <summary>The distance from the nearest of them that few labelled images exceeded.</summary>
    public required double Radius { get; init; }

    /// <summary>Whether what lies further away is rejected.</summary>
    public required bool RejectsNovel { get; init; }

    /// <summary>What is less sure is rejected.</summary>
    public required double RejectBelow { get; init; }

    /// <summary>Of which encoder and layer the embeddings were, where that was said.</summary>
    public string? Encoder { get; init; }

    /// <summary>How good it is.</summary>
    public required CrossValidation Validation { get; init; }
}
