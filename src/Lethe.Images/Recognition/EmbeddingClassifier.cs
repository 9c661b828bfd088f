using System.Runtime.InteropServices;
using Lethe.Runtime;

namespace Lethe.Recognition;

/// <summary>
/// A classifier of embeddings, made of few labelled images: logistic regression on standardised embeddings, with confidences that can be
/// believed and the choice to say nothing. It knows by cross-validation how good it is.
/// </summary>
/// <remarks>
/// Immutable, so any number of threads may use it. The same embeddings, labels and options give the same classifier. Two images of each
/// class are the least; some ten tell how good it is.
/// </remarks>
public sealed class EmbeddingClassifier
{
    private readonly DenseMatrix weights;
    private readonly ClassDirections directions;

    internal EmbeddingClassifier(ClassifierContents contents)
    {
        Contents = contents;
        weights = Matrix(contents.Weights);
        directions = new ClassDirections(Matrix(contents.Directions));
    }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> ClassNames => Contents.ClassNames;

    /// <summary>Numbers of an embedding.</summary>
    public int Dimension => Contents.Scale.Mean.Length;

    /// <summary>How good it is, as cross-validation found.</summary>
    public CrossValidation Validation => Contents.Validation;

    /// <summary>What is less sure is rejected; 0 where nothing is for its confidence, above 1 where everything is.</summary>
    public double RejectBelow => Contents.RejectBelow;

    /// <summary>Whether what lies too far from all classes is rejected.</summary>
    public bool RejectsNovel => Contents.RejectsNovel;

    /// <summary>The strength of the regularisation (λ) that cross-validation chose.</summary>
    public double Strength => Contents.Strength;

    /// <summary>
    /// Which encoder the embeddings came from, as its fingerprint and layer, where training was told. Embeddings of another one mean
    /// nothing here.
    /// </summary>
    public string? Encoder => Contents.Encoder;

    internal ClassifierContents Contents { get; }

    /// <summary>Makes a classifier of images in class folders.</summary>
    /// <param name="labelled">Embeddings of images, the first folder of whose path is their class.</param>
    /// <param name="options">How it is fitted and when it rejects; null takes the defaults, which reject nothing.</param>
    /// <param name="encoder">Which encoder the embeddings came from, to be kept.</param>
    /// <param name="cancellation">Stops between two fits.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="DataException">
    /// There are fewer than two classes, fewer than two images of a class, an image in no folder, or an embedding that is not finite.
    /// </exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EmbeddingClassifier Train(
        ImageEmbeddings labelled, ClassifierOptions? options = null, string? encoder = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        (int[] labels, string[] names) = labelled.ByFolder();
        return Train(labelled.Rows, labels, names, options, encoder, cancellation);
    }

    /// <summary>Makes a classifier of embeddings with labels.</summary>
    /// <param name="embeddings">[N, d], finite.</param>
    /// <param name="labels">N indices of classes.</param>
    /// <param name="classNames">The classes, at least two, each with at least two rows.</param>
    /// <param name="options">How it is fitted and when it rejects; null takes the defaults, which reject nothing.</param>
    /// <param name="encoder">Which encoder the embeddings came from, to be kept.</param>
    /// <param name="cancellation">Stops between two fits.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="ArgumentException">Counts differ, or a label is none.</exception>
    /// <exception cref="DataException">There are fewer than two classes or rows of a class, or an embedding is not finite.</exception>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EmbeddingClassifier Train(
        float[,] embeddings, IReadOnlyList<int> labels, IReadOnlyList<string> classNames, ClassifierOptions? options = null,
        string? encoder = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        options ??= new ClassifierOptions();
        options.Validate();
        if (embeddings.GetLength(0) != labels.Count)
            throw new ArgumentException(
                $"Expected one label for each of {embeddings.GetLength(0)} rows, found {labels.Count}.", nameof(labels));
        if (labels.Any(label => label < 0 || label >= classNames.Count))
            throw new ArgumentException($"Expected labels from 0 to {classNames.Count - 1}.", nameof(labels));
        if (classNames.Count < 2)
            throw new DataException(
                $"A classifier needs at least two classes, found {(classNames.Count == 0 ? "none" : $"only '{classNames[0]}'")}. Give a "
                + "folder for each class.");
        for (int i = 0; i < labels.Count; i++)
            CheckFinite(embeddings, i);
        var training = new ClassifierTraining(embeddings, [.. labels], classNames, options, cancellation);
        return new EmbeddingClassifier(training.Run() with { Encoder = encoder });
    }

    /// <summary>Reads a classifier.</summary>
    /// <param name="path">The file that <see cref="Save"/> wrote.</param>
    /// <returns>The classifier; it predicts bit for bit as the one that was written.</returns>
    /// <exception cref="DataException">The file is missing or no classifier.</exception>
    public static EmbeddingClassifier Load(string path) => new(ClassifierFile.Read(path));

    /// <summary>Writes the classifier to one JSON file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="RunException">The file cannot be written.</exception>
    public void Save(string path) => ClassifierFile.Write(path, Contents);

    /// <summary>Classifies one embedding.</summary>
    /// <param name="embedding">d numbers, finite.</param>
    /// <returns>The most likely class.</returns>
    /// <exception cref="ArgumentException">The embedding has another dimension.</exception>
    /// <exception cref="DataException">It holds NaN or infinity.</exception>
    public Classification Classify(ReadOnlySpan<float> embedding)
    {
        (int best, double confidence) = ClassScores.MostLikely(Scores(Scaled(embedding)), Contents.Sharpness);
        double novelty = directions.Distance(embedding) / Contents.Radius;
        bool rejected = confidence < RejectBelow || (RejectsNovel && novelty > 1);
        return new Classification(ClassNames[best], best, confidence, novelty, rejected);
    }

    /// <summary>Classifies embeddings.</summary>
    /// <param name="embeddings">[M, d], finite.</param>
    /// <returns>The most likely class of each row.</returns>
    /// <exception cref="ArgumentException">The embeddings have another dimension.</exception>
    /// <exception cref="DataException">One holds NaN or infinity.</exception>
    public IReadOnlyList<Classification> Classify(float[,] embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        return [.. Enumerable.Range(0, embeddings.GetLength(0)).Select(i => Classify(Row(embeddings, i)))];
    }

    /// <summary>How likely each class is.</summary>
    /// <param name="embedding">d numbers, finite.</param>
    /// <returns>c calibrated probabilities, of sum 1, in the order of <see cref="ClassNames"/>.</returns>
    /// <exception cref="ArgumentException">The embedding has another dimension.</exception>
    /// <exception cref="DataException">It holds NaN or infinity.</exception>
    public double[] Probabilities(ReadOnlySpan<float> embedding)
    {
        double[] scores = Scores(Scaled(embedding));
        ClassScores.Normalise(scores, Contents.Sharpness);
        return scores;
    }

    private double[] Scores(double[] scaled)
    {
        double[] scores = new double[ClassNames.Count];
        for (int k = 0; k < scores.Length; k++)
            scores[k] = DenseMatrix.Dot(weights.Row(k), scaled) + Contents.Bias[k];
        return scores;
    }

    private double[] Scaled(ReadOnlySpan<float> embedding)
    {
        if (embedding.Length != Dimension)
            throw new ArgumentException(
                $"Expected an embedding of {Dimension} numbers, found {embedding.Length}. Use the encoder and the layer that the "
                + "classifier was made with.", nameof(embedding));
        double[] scaled = new double[embedding.Length];
        for (int j = 0; j < scaled.Length; j++)
        {
            if (!float.IsFinite(embedding[j]))
                throw new DataException("The embedding holds NaN or infinity. Embed the image again, or leave it out.");
            scaled[j] = ((double)embedding[j] - Contents.Scale.Mean[j]) * Contents.Scale.Scale[j];
        }

        return scaled;
    }

    private static void CheckFinite(float[,] embeddings, int row)
    {
        foreach (float value in Row(embeddings, row))
        {
            if (!float.IsFinite(value))
                throw new DataException($"The embedding in row {row} holds NaN or infinity. Embed the image again, or leave it out.");
        }
    }

    private static ReadOnlySpan<float> Row(float[,] matrix, int row) =>
        MemoryMarshal.CreateReadOnlySpan(ref matrix[row, 0], matrix.GetLength(1));

    private static DenseMatrix Matrix(float[,] singles)
    {
        var matrix = new DenseMatrix(singles.GetLength(0), singles.GetLength(1));
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int j = 0; j < matrix.Columns; j++)
                matrix.Row(i)[j] = singles[i, j];
        }

        return matrix;
    }
}
