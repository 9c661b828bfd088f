using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Tests.Augmentation;

public class ViewLoaderTests
{
    private const ulong Seed = 11;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 1)]
    [InlineData(3, 4)]
    public void Batches_AnyThreadsAndPrefetch_AreTheViewsOfTheirSeeds(int threads, int prefetch)
    {
        ImageSet images = Sample.Set(50);
        ViewAugmenter augmenter = Sample.Normalising();
        using var loader = new ViewLoader(images, augmenter, 12, Seed, threads, prefetch);
        int[] order = new RandomStream(RandomStream.Derive(Seed, 3)).Permutation(50);
        float[] expected = new float[augmenter.Length];
        int step = 0;
        foreach (ViewBatch batch in Pass(loader, 3))
        {
            Assert.Equal((2, 12, 16, 3), (batch.ViewsPerImage, batch.N, batch.Size, batch.Channels));
            Assert.Equal(order.Skip(12 * step).Take(12), batch.Indices);
            for (int position = 0; position < 12; position++)
            {
                for (int view = 0; view < 2; view++)
                {
                    int image = batch.Indices[position];
                    augmenter.Render(images[image], RandomStream.Derive(Seed, 3, (ulong)image, (ulong)view), expected);
                    Assert.Equal(expected, batch.Pixels.AsSpan((view * 12 + position) * augmenter.Length, augmenter.Length));
                    Assert.Equal(expected, batch.View(view, position));
                }
            }

            step++;
        }

        Assert.Equal(4, step);
        Assert.Equal(4, loader.StepsPerEpoch);
    }

    [Fact]
    public void Batches_StartedInTheMiddle_GoOnBitForBit()
    {
        ImageSet images = Sample.Set(40);
        using var whole = new ViewLoader(images, Sample.Normalising(), 6, Seed, 2);
        using var resumed = new ViewLoader(images, Sample.Normalising(), 6, Seed, 3);
        List<(float[] Pixels, int[] Indices)> all = Copy(Pass(whole, 1));
        for (int first = 0; first <= whole.StepsPerEpoch; first++)
        {
            List<(float[] Pixels, int[] Indices)> rest = Copy(Pass(resumed, 1, first));
            Assert.Equal(all.Skip(first).Select(batch => batch.Pixels), rest.Select(batch => batch.Pixels));
            Assert.Equal(all.Skip(first).Select(batch => batch.Indices), rest.Select(batch => batch.Indices));
        }
    }

    [Fact]
    public void Batches_OfTwoEpochs_CoverAllImagesInDifferentOrderWithDifferentViews()
    {
        ImageSet images = Sample.Set(30);
        using var loader = new ViewLoader(images, Sample.Normalising(), 10, Seed, 2);
        List<(float[] Pixels, int[] Indices)> first = Copy(Pass(loader, 0)), second = Copy(Pass(loader, 1));
        int[] firstOrder = [.. first.SelectMany(batch => batch.Indices)], secondOrder = [.. second.SelectMany(batch => batch.Indices)];
        Assert.Equal(Enumerable.Range(0, 30), firstOrder.Order());
        Assert.Equal(Enumerable.Range(0, 30), secondOrder.Order());
        Assert.NotEqual(firstOrder, secondOrder);
        Assert.NotEqual(ViewOf(first, 7), ViewOf(second, 7));

        static float[] ViewOf(List<(float[] Pixels, int[] Indices)> batches, int image)
        {
            (float[] pixels, int[] indices) = batches.Single(batch => batch.Indices.Contains(image));
            return pixels.AsSpan(Array.IndexOf(indices, image) * 768, 768).ToArray();
        }
    }

    [Fact]
    public void Batches_SetDoesNotDivide_DropsTheRest()
    {
        using var loader = new ViewLoader(Sample.Set(29), Sample.Normalising(), 10, Seed, 1, viewsPerImage: 3);
        List<(float[] Pixels, int[] Indices)> batches = Copy(Pass(loader, 0));
        Assert.Equal(2, batches.Count);
        Assert.All(batches, batch => Assert.Equal(3 * 10 * 768, batch.Pixels.Length));
        Assert.Equal(20, batches.SelectMany(batch => batch.Indices).Distinct().Count());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 4)]
    public void Batches_LocalViews_AreThoseOfTheirSeedsAndLeaveTheOthersAsTheyAre(int threads, int prefetch)
    {
        ImageSet images = Sample.Set(50, size: 32);
        ViewAugmenter plain = Sample.Normalising(32),
            augmenter = new(AugmentationOptions.Named("simclr") with { LocalViews = 3 }, 32, 3, plain.Statistics);
        using var without = new ViewLoader(images, plain, 12, Seed, 2);
        using var unasked = new ViewLoader(images, augmenter, 12, Seed, 2);
        using var loader = new ViewLoader(images, augmenter, 12, Seed, threads, prefetch, localViews: true);
        List<(float[] Pixels, int[] Indices)> expected = Copy(Pass(without, 3));
        Assert.Equal(expected.Select(batch => batch.Pixels), Copy(Pass(unasked, 3)).Select(batch => batch.Pixels));
        Assert.All(Pass(unasked, 3), batch => Assert.Null(batch.Local));
        float[] view = new float[augmenter.Local!.Length];
        var buffers = new HashSet<float[]>();
        int step = 0;
        foreach (ViewBatch batch in Pass(loader, 3))
        {
            Assert.Equal(expected[step].Pixels, batch.Pixels);
            Assert.Equal(expected[step].Indices, batch.Indices);
            ViewBatch local = batch.Local!;
            buffers.Add(local.Pixels);
            Assert.Equal((3, 12, 16, 3), (local.ViewsPerImage, local.N, local.Size, local.Channels));
            Assert.Equal(batch.Indices, local.Indices);
            for (int position = 0; position < 12; position++)
            {
                for (int i = 0; i < 3; i++)
                {
                    int image = batch.Indices[position];
                    augmenter.Local.Render(images[image], RandomStream.Derive(Seed, 3, (ulong)image, (ulong)(2 + i)), view);
                    Assert.Equal(view, local.View(i, position));
                }
            }

            step++;
        }

        Assert.Equal(4, step);
        Assert.Equal(Math.Min(4, prefetch + 1), buffers.Count);
    }

    [Fact]
    public void ViewBatch_LocalViewsOfOtherImages_AreRefused() =>
        Assert.Contains(
            "of 3 images, found 2", Assert.Throws<ArgumentException>(() => new ViewBatch(2, 3, 16, 1, new ViewBatch(1, 2, 16, 1))).Message);

    [Fact]
    public void Batches_SlowConsumer_AreNeverFurtherAheadThanThePrefetch()
    {
        var watched = new WatchedImages(1000);
        using var loader = new ViewLoader(new ImageSet("watched", watched), Sample.Normalising(), 10, Seed, 3, prefetch: 2);
        int setUp = watched.Looks;
        int taken = 0;
        foreach (ViewBatch batch in Pass(loader, 0))
        {
            taken++;
            Thread.Sleep(30);
            // Two looks at an image, one for each view.
            Assert.InRange(watched.Looks - setUp, taken * 20, (taken + 2) * 20);
            if (taken == 5)
                break;
        }

        int looks = watched.Looks;
        Thread.Sleep(30);
        Assert.Equal(looks, watched.Looks);
    }

    [Fact]
    public void Batches_BuffersAreReused_WithinAndAcrossEpochs()
    {
        using var loader = new ViewLoader(Sample.Set(40), Sample.Normalising(), 5, Seed, 2, prefetch: 2);
        var buffers = new HashSet<float[]>();
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (ViewBatch batch in Pass(loader, epoch))
                buffers.Add(batch.Pixels);
        }

        Assert.Equal(3, buffers.Count);
    }

    [Fact]
    public void Batches_ImageFails_ErrorReachesTheConsumerAndTheLoaderStillWorks()
    {
        var watched = new WatchedImages(40);
        using var loader = new ViewLoader(new ImageSet("watched", watched), Sample.Normalising(), 5, Seed, 2);
        watched.FailAt = 17;
        var error = Assert.Throws<InvalidDataException>(() => Copy(Pass(loader, 0)));
        Assert.Equal("image 17 is broken", error.Message);
        watched.FailAt = null;
        Assert.Equal(8, Copy(Pass(loader, 0)).Count);
    }

    [Fact]
    public void Batches_CancelledWhileWaiting_EndPromptly()
    {
        var watched = new WatchedImages(1000);
        using var loader = new ViewLoader(new ImageSet("watched", watched), Sample.Normalising(), 500, Seed, 2);
        watched.Delay = TimeSpan.FromMilliseconds(10); // the first batch would take 5 s
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var watch = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() => Copy(loader.Batches(0, 0, cancellation.Token)));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 4);
        Assert.Throws<OperationCanceledException>(() => Copy(loader.Batches(0, 0, cancellation.Token)));
    }

    [Fact]
    public void Dispose_InTheMiddleOfAPass_EndsTheThreads()
    {
        var watched = new WatchedImages(1000);
        var loader = new ViewLoader(new ImageSet("watched", watched), Sample.Normalising(), 10, Seed, 3);
        using IEnumerator<ViewBatch> pass = Pass(loader, 0).GetEnumerator();
        Assert.True(pass.MoveNext());
        loader.Dispose();
        int looks = watched.Looks;
        Thread.Sleep(30);
        Assert.Equal(looks, watched.Looks);
        Assert.Throws<ObjectDisposedException>(() => pass.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => Pass(loader, 0));
        loader.Dispose();
    }

    [Fact]
    public void Batches_SecondPassAtOnce_IsRefused()
    {
        using var loader = new ViewLoader(Sample.Set(40), Sample.Normalising(), 5, Seed, 1);
        using (IEnumerator<ViewBatch> pass = Pass(loader, 0).GetEnumerator())
        {
            Assert.True(pass.MoveNext());
            Assert.Contains("second loader", Assert.Throws<InvalidOperationException>(() => Pass(loader, 1).First()).Message);
            Assert.True(pass.MoveNext());
        }

        Assert.Equal(8, Pass(loader, 1).Count());
    }

    [Fact]
    public void Waited_SlowImages_CountsTheWait()
    {
        var watched = new WatchedImages(20);
        using var loader = new ViewLoader(new ImageSet("watched", watched), Sample.Normalising(), 10, Seed, 1);
        Assert.Equal(TimeSpan.Zero, loader.Waited);
        watched.Delay = TimeSpan.FromMilliseconds(2);
        Assert.Equal(2, Pass(loader, 0).Count());
        Assert.InRange(loader.Waited.TotalMilliseconds, 20, 10_000);
    }

    [Fact]
    public void Constructor_BatchLargerThanTheSet_SaysWhatToUse()
    {
        var error = Assert.Throws<InvalidOptionException>(() => new ViewLoader(Sample.Set(30), Sample.Normalising(), 64, Seed, 1));
        Assert.Equal("batch size 64 is larger than the 30 training images; use --batch-size ≤ 30.", error.Message);
        Assert.Contains(
            "no training images",
            Assert.Throws<InvalidOptionException>(
                () => new ViewLoader(new ImageSet("none", []), Sample.Normalising(), 1, Seed, 1)).Message);
        Assert.Contains(
            "--batch-size must be at least 1",
            Assert.Throws<InvalidOptionException>(() => new ViewLoader(Sample.Set(3), Sample.Normalising(), 0, Seed, 1)).Message);
        Assert.Contains(
            "--threads must be at least 1",
            Assert.Throws<InvalidOptionException>(() => new ViewLoader(Sample.Set(3), Sample.Normalising(), 1, Seed, 0)).Message);
    }

    [Fact]
    public void Batches_StepOutOfRange_IsRefusedAtOnce()
    {
        using var loader = new ViewLoader(Sample.Set(30), Sample.Normalising(), 10, Seed, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => Pass(loader, 0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pass(loader, -1));
        Assert.Empty(Pass(loader, 0, 3));
    }

    private static IEnumerable<ViewBatch> Pass(ViewLoader loader, int epoch, int firstStep = 0) =>
        loader.Batches(epoch, firstStep, TestContext.Current.CancellationToken);

    private static List<(float[] Pixels, int[] Indices)> Copy(IEnumerable<ViewBatch> batches) =>
        [.. batches.Select(batch => (batch.Pixels.ToArray(), batch.Indices.ToArray()))];
}
