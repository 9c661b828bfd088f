using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Tests.Augmentation;

public class EvaluationBatchesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(10, 1)]
    [InlineData(7, 3)]
    [InlineData(100, 2)]
    public void Plain_AnyBatchSize_GivesEachImageOnceInOrder(int batchSize, int threads)
    {
        ImageSet images = Sample.Set(23, size: 20);
        ViewAugmenter augmenter = Sample.Normalising();
        float[] expected = new float[augmenter.Length];
        var seen = new List<int>();
        foreach (ViewBatch batch in EvaluationBatches.Plain(images, augmenter, batchSize, threads, Token))
        {
            Assert.Equal(1, batch.ViewsPerImage);
            Assert.Equal(Math.Min(batchSize, 23 - seen.Count), batch.N);
            Assert.Equal(batch.N * augmenter.Length, batch.Pixels.Length);
            for (int position = 0; position < batch.N; position++)
            {
                augmenter.RenderPlain(images[batch.Indices[position]], expected);
                Assert.Equal(expected, batch.View(0, position));
            }

            seen.AddRange(batch.Indices);
        }

        Assert.Equal(Enumerable.Range(0, 23), seen);
    }

    /// <summary>Pixels of a batch stay what they are at 64 from there on; smaller images are as many as ever.</summary>
    [Theory]
    [InlineData(16, 256)]
    [InlineData(64, 256)]
    [InlineData(128, 64)]
    [InlineData(224, 20)]
    public void SizeFor_ImageSize_KeepsTheMemoryOfABatch(int imageSize, int expected) =>
        Assert.Equal(expected, EvaluationBatches.SizeFor(imageSize));

    [Fact]
    public void FixedViews_CalledTwice_GiveTheViewsOfTheirSeeds()
    {
        ImageSet images = Sample.Set(9);
        ViewAugmenter augmenter = Sample.Normalising();
        float[][] first =
            [
                .. EvaluationBatches.FixedViews(images, augmenter, 4, 5, threads: 2, viewsPerImage: 3, Token).Select(
                    batch => batch.Pixels.ToArray()),
            ];
        float[][] second =
            [
                .. EvaluationBatches.FixedViews(images, augmenter, 4, 5, threads: 1, viewsPerImage: 3, Token).Select(
                    batch => batch.Pixels.ToArray()),
            ];
        Assert.Equal(first, second);
        float[] expected = new float[augmenter.Length];
        augmenter.Render(images[6], RandomStream.Derive(5, 6, 2), expected);
        Assert.Equal(expected, first[1].AsSpan((2 * 4 + 2) * augmenter.Length, augmenter.Length)); // batch 1, view 2, position 2
    }

    [Fact]
    public void Plain_NoImages_GivesNoBatch() =>
        Assert.Empty(EvaluationBatches.Plain(new ImageSet("empty", []), Sample.Normalising(), 4, 1, Token));

    [Fact]
    public void Plain_LeftEarly_EndsItsThreads()
    {
        var watched = new WatchedImages(1000);
        ViewBatch first = EvaluationBatches.Plain(new ImageSet("watched", watched), Sample.Normalising(), 10, 2, Token).First();
        Assert.Equal(10, first.N);
        int looks = watched.Looks;
        Thread.Sleep(30);
        Assert.Equal(looks, watched.Looks);
    }

    [Fact]
    public void Plain_WrongNumbers_AreRefusedAtOnce()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => EvaluationBatches.Plain(Sample.Set(3), Sample.Normalising(), 0, 1, Token));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => EvaluationBatches.FixedViews(Sample.Set(3), Sample.Normalising(), 1, 1, 0, cancellation: Token));
    }
}
