using System.Globalization;
using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A few labels of the training part, the same number of each class, in several draws: a linear classifier on frozen features, and the
/// whole network fine-tuned; in the untrained state, the whole network from scratch.
/// </summary>
/// <param name="options">Shares, draws, and how to fine-tune.</param>
internal sealed class SemiProtocol(SemiProtocolOptions options) : Protocol
{
    // What a seed is for.
    private const ulong Labels = 1;
    private const ulong Regression = 2;
    private const ulong FineTuning = 3;

    // Fewer would leave nothing to fit on beside the validation part.
    private const int FewestShots = 2;

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<SemiProtocolOptions>
    {
        Name = "semi",
        Title = "Semi-supervised",
        Summary = "few labels, as many of each class, in several draws: linear on frozen features, and fine-tuning against the network "
            + "from scratch",
        Defaults = new SemiProtocolOptions(),
        Build = options => new SemiProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() =>
        $"Labels of {options.SemiShares} of the training images, as many of each class and at least {FewestShots}, in {options.SemiDraws} "
        + "draws that are the same for all states; the encoder saw these images without labels. "
        + $"Linear: {char.ToLowerInvariant(LinearProtocol.RegressionSettings()[0])}{LinearProtocol.RegressionSettings()[1..]} "
        + $"{FineTunedModel.Settings(options)}";

    /// <inheritdoc/>
    public override void Check(FittingImages images)
    {
        LabelCheck.Classes(images.Source, images.Train, FewestShots, "the semi-supervised protocol");
        foreach (double share in options.Shares())
        {
            int shots = Shots(images.Train, share);
            (int label, int count) = images.Train.Labels!.CountBy(label => label).MinBy(pair => pair.Value);
            if (count < shots)
            {
                throw new DataException(
                    $"--semi-shares {share.ToString(CultureInfo.InvariantCulture)} asks for {shots} images of each class, but class "
                    + $"'{LabelCheck.Name(images.Train, label)}' has {count} training images in {images.Source}. "
                    + "Ask for a smaller share, or add images of that class.");
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        double[] shares = [.. options.Shares()];
        (double Share, int Draw, int[] Rows)[] draws =
        [
            .. from share in shares
               from draw in Enumerable.Range(0, options.SemiDraws)
               select (share, draw, Draw(images.Train, Shots(images.Train, share), RandomStream.Derive(seed, Labels, (ulong)draw))),
        ];

        // One pass of the encoder over all that any draw needs.
        int[] union = [.. draws.SelectMany(draw => draw.Rows).Distinct().Order()];
        ImageSet drawn = images.Train.Subset("drawn", union);
        foreach ((double share, int draw, int[] rows) in draws)
        {
            foreach (string layer in encoder.Layers)
                yield return Linear(layer, share, draw, rows);
        }

        foreach ((double share, int draw, int[] rows) in options.SemiFineTune ? draws : [])
        {
            cancellation.ThrowIfCancellationRequested();
            yield return FineTunedModel.Fit(
                encoder, images.Train.Subset("labelled", rows), options, RandomStream.Derive(
                    seed, FineTuning, (ulong)draw), share, draw, cancellation);
        }

        LinearModel Linear(string layer, double share, int draw, int[] rows)
        {
            using var scope = NewDisposeScope();
            Tensor features = encoder.Features(drawn, cancellation)[layer].index_select(
                0, tensor(rows.Select(row => (long)Array.BinarySearch(union, row)).ToArray()));
            LinearClassifier classifier = LogisticRegression.Fit(
                features, [.. rows.Select(row => images.Train.Labels![row])],
                new LogisticRegressionOptions { Seed = RandomStream.Derive(seed, Regression, (ulong)draw) }, cancellation);
            return new LinearModel(classifier)
            {
                Variant = LinearProtocol.Variant, Layer = layer, LabelShare = share, Draw = draw, FitCount = rows.Length,
                Strength = classifier.Strength,
            };
        }
    }

    /// <summary>Images of each class for a share of all labels.</summary>
    internal static int Shots(ImageSet images, double share) =>
        Math.Max(FewestShots, (int)Math.Round(share * images.Count / images.Labels!.Distinct().Count()));

    /// <summary>So many images of each class; a smaller draw of the same seed is part of a larger one.</summary>
    internal static int[] Draw(ImageSet images, int shots, ulong seed) =>
    [
        .. Enumerable.Range(0, images.Count).GroupBy(i => images.Labels![i]).SelectMany(one =>
        {
            int[] members = [.. one];
            new RandomStream(RandomStream.Derive(seed, (ulong)one.Key)).Shuffle<int>(members);
            return members.Take(shots);
        }).Order(),
    ];
}

/// <summary>Options of <see cref="SemiProtocol"/>.</summary>
internal sealed record SemiProtocolOptions : FineTuningOptions, IConflicting
{
    /// <summary>Shares of the training images whose labels are used, separated by commas.</summary>
    public string SemiShares { get; init; } = "0.01,0.1";

    /// <summary>How often images are drawn, to give an interval.</summary>
    [Limit(AtLeast = 2)]
    public int SemiDraws { get; init; } = 3;

    /// <summary>
    /// Whether the whole network is trained on the labels too, which takes far longer than a classifier on frozen features.
    /// </summary>
    public bool SemiFineTune { get; init; } = true;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() =>
        this with { SemiShares = "0.1", SemiDraws = 2, FineTuneSteps = QuickSteps, FineTuneBatchSize = QuickBatchSize };

    /// <summary>The shares as numbers.</summary>
    internal IReadOnlyList<double> Shares() =>
    [
        .. SemiShares.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) ? share : double.NaN)
            .Distinct().Order(),
    ];

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (Shares().DefaultIfEmpty().Any(share => share is not (> 0 and <= 1)))
            yield return $"--semi-shares '{SemiShares}' must be numbers above 0 and at most 1 with commas between, as 0.01,0.1.";
    }
}
