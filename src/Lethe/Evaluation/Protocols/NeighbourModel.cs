using System.IO.Hashing;
using System.Runtime.InteropServices;
using Lethe.Data;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>Labels the cells of scenes by the nearest cells of other scenes, and each pixel as its cell: nothing is trained.</summary>
/// <param name="cells">Gives the cells of a layer of scenes, [B, N, d].</param>
/// <param name="bank">The scenes with known masks.</param>
/// <param name="classes">Classes of pixels.</param>
internal sealed class NeighbourModel(Func<ImageSet, CancellationToken, Tensor> cells, ImageSet bank, int classes) : FittedModel
{
    /// <summary>What fitted it, as in <see cref="FittedModel.Variant"/>.</summary>
    public const string Name = ProtocolMeasure.NearestCells;

    public override string Checksum()
    {
        var hash = new XxHash128();
        using var scope = NewDisposeScope();
        hash.Append(MemoryMarshal.AsBytes<float>(cells(bank, default).data<float>().ToArray()));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        Tensor known = cells(bank, cancellation), asked = cells(test, cancellation);
        int grid = (int)Math.Sqrt(known.size(1)), size = test[0].Height;
        int[] labels = [.. bank.Masks!.SelectMany(mask => Labels(mask.Span, size, grid))];

        // In coarse grids the background can be most of every cell.
        int[] found = labels.Distinct().Skip(1).Any()
            ? KnnProbe.Predict(known.reshape(-1, known.size(2)), labels, asked.reshape(-1, asked.size(2)))
            : [.. Enumerable.Repeat(labels[0], (int)(asked.size(0) * asked.size(1)))];
        var scores = new SegmentationScores(classes);
        byte[] predicted = new byte[size * size];
        for (int scene = 0; scene < test.Count; scene++)
        {
            for (int pixel = 0; pixel < predicted.Length; pixel++)
                predicted[pixel] = (byte)found[(scene * grid * grid) + Cell(pixel, size, grid)];
            scores.Add(predicted, test.Masks![scene].Span);
        }

        return scores.Of(seed);
    }

    protected override void Release()
    {
        // The cells belong to who gives them.
    }

    // The class of most of a cell's pixels; the lower one of two.
    private int[] Labels(ReadOnlySpan<byte> mask, int size, int grid)
    {
        int[,] counts = new int[grid * grid, classes];
        for (int pixel = 0; pixel < mask.Length; pixel++)
            counts[Cell(pixel, size, grid), mask[pixel]]++;
        return [.. Enumerable.Range(0, grid * grid).Select(cell => Enumerable.Range(0, classes).MaxBy(c => counts[cell, c]))];
    }

    private static int Cell(int pixel, int size, int grid) => (pixel / size * grid / size * grid) + (pixel % size * grid / size);
}
