using Lethe.Data;
using Lethe.Data.Generated;

namespace Lethe.Tests.Data.Generated;

public sealed class SegmentationScenesTests
{
    [Fact]
    public void Images_ManyScenes_HoldEveryClassAndEachSceneAShape()
    {
        ImageSet set = SegmentationScenes.Images("scenes", 1, 0, 120, 32);
        Assert.Equal((120, 3, 11), (set.Count, set.Channels, SegmentationScenes.ClassNames.Count));
        Assert.All(set.Masks!, mask => Assert.Equal(32 * 32, mask.Length));
        Assert.All(set.Masks!, mask => Assert.InRange(mask.ToArray().Count(c => c > 0), 20, 900));
        int[] counts = [.. Enumerable.Range(0, 11).Select(c => set.Masks!.Count(mask => mask.Span.Contains((byte)c)))];
        Assert.All(counts, count => Assert.True(count > 5));
        Assert.Contains(set.Masks!, mask => mask.ToArray().Distinct().Count() == 4);
    }

    /// <summary>
    /// The same scene three times as large: the middle of each 3 · 3 pixels is the same point, so the mask there is the same, exactly.
    /// </summary>
    [Fact]
    public void Render_AtThreeTimesTheSize_HasTheSameMaskAtTheSamePoints()
    {
        for (int index = 0; index < 20; index++)
        {
            ReadOnlySpan<byte> small = SegmentationScenes.Render(4, index, 32).Mask.Span,
                large = SegmentationScenes.Render(4, index, 96).Mask.Span;
            for (int i = 0; i < small.Length; i++)
                Assert.Equal(large[((3 * (i / 32)) + 1) * 96 + (3 * (i % 32)) + 1], small[i]);
        }
    }

    [Fact]
    public void Images_OneRangeOrTwo_AreTheSameScenes()
    {
        ImageSet all = SegmentationScenes.Images("all", 2, 0, 6, 16, threads: 2), tail = SegmentationScenes.Images("tail", 2, 4, 2, 16);
        Assert.Equal([4, 5], tail.Items);
        Assert.Equal(all[4].Pixels.ToArray(), tail[0].Pixels.ToArray());
        Assert.Equal(all.Masks![5].ToArray(), tail.Masks![1].ToArray());
        Assert.NotEqual(all.Masks![4].ToArray(), all.Masks![5].ToArray());
    }
}
