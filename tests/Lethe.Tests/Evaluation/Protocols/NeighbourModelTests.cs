using Lethe.Data;
using Lethe.Evaluation.Protocols;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation.Protocols;

[Collection<TorchCollection>]
public class NeighbourModelTests
{
    private const int Size = 8, Grid = 4, Classes = 3;

    /// <summary>Where cells tell their class, every pixel of a scene with one class in a cell is right: none mirrored, none of another scene.</summary>
    [Fact]
    public void Measure_CellsThatTellTheirClass_LabelsEveryPixel()
    {
        using var scope = NewDisposeScope();
        ImageSet bank = Scenes(1, 20), test = Scenes(2, 5);
        IReadOnlyList<Score> scores = Measured(bank, test, Telling);
        Assert.Equal([("mean IoU", 1.0), ("pixel accuracy", 1.0)], scores.Select(score => (score.Measure, score.Value)));
    }

    /// <summary>Where cells say nothing, the class of most cells wins everywhere.</summary>
    [Fact]
    public void Measure_EqualCells_TakesTheMostFrequentClass()
    {
        using var scope = NewDisposeScope();
        ImageSet bank = Scenes(1, 20, most: 0), test = Scenes(2, 5);
        Score accuracy = Measured(bank, test, scenes => ones(scenes.Count, Grid * Grid, 2))[1];
        double background = test.Masks!.Average(mask => mask.ToArray().Count(pixel => pixel == 0)) / (Size * Size);
        Assert.Equal(background, accuracy.Value, 1e-12);
    }

    /// <summary>A bank of background alone labels all as background, and does not fail.</summary>
    [Fact]
    public void Measure_BankOfOneClass_GivesThatClass()
    {
        using var scope = NewDisposeScope();
        ImageSet bank = Scenes(1, 2, most: 1.1);
        IReadOnlyList<Score> scores = Measured(bank, bank, Telling);
        Assert.Equal(1, scores[1].Value);
    }

    private static IReadOnlyList<Score> Measured(ImageSet bank, ImageSet test, Func<ImageSet, Tensor> cells)
    {
        using var model = new NeighbourModel((scenes, _) => cells(scenes), bank, Classes)
        {
            Variant = NeighbourModel.Name, Layer = "layer4", FitCount = bank.Count,
        };
        return model.Measure(null!, test, 1, TestContext.Current.CancellationToken);
    }

    // Each cell of one class; of most of background in every scene where that is asked for.
    private static ImageSet Scenes(ulong seed, int count, double most = -1)
    {
        var stream = new RandomStream(seed);
        ReadOnlyMemory<byte>[] masks = [.. Enumerable.Range(0, count).Select(_ =>
        {
            byte[] mask = new byte[Size * Size];
            byte[] cells = [.. Enumerable.Range(0, Grid * Grid).Select(cell =>
                most > 1 || (most >= 0 && cell < 12) ? (byte)0 : (byte)stream.NextInt(Classes))];
            for (int pixel = 0; pixel < mask.Length; pixel++)
                mask[pixel] = cells[(pixel / Size / 2 * Grid) + (pixel % Size / 2)];
            return (ReadOnlyMemory<byte>)mask;
        })];
        return new ImageSet("scenes", [.. masks.Select(_ => new Image(new byte[Size * Size], Size, Size, 1))]) { Masks = masks };
    }

    private static Tensor Telling(ImageSet scenes)
    {
        long[] classes = [.. scenes.Masks!.SelectMany(mask => Enumerable.Range(0, Grid * Grid)
            .Select(cell => (long)mask.Span[(cell / Grid * 2 * Size) + (cell % Grid * 2)]))];
        return nn.functional.one_hot(tensor(classes), Classes).to(ScalarType.Float32).reshape(scenes.Count, Grid * Grid, Classes);
    }
}
