using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public sealed class HitsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(2003)]
    public void Unpack_OfPacked_GivesEveryBitBack(int count)
    {
        bool[] hits = [.. Enumerable.Range(0, count).Select(i => i * 7 % 5 < 2)];
        Assert.Equal(hits, Hits.Unpack(Hits.Pack(hits)));
    }

    [Fact]
    public void Pack_OfThree_IsTheDocumentedText() => Assert.Equal("3:BQ==", Hits.Pack([true, false, true]));

    [Fact]
    public void Join_OfParts_PutsEachHitAtItsPlace()
    {
        (double accuracy, int count, string packed) = Hits.Join([([1, 3], Hits.Pack([true, false])), ([0, 2], Hits.Pack([true, true]))]);
        Assert.Equal((0.75, 4), (accuracy, count));
        Assert.Equal([true, true, true, false], Hits.Unpack(packed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("BQ==")]
    [InlineData("x:BQ==")]
    [InlineData("30:BQ==")]
    [InlineData("3:?")]
    public void Unpack_OfOtherText_Refuses(string text) => Assert.Throws<FormatException>(() => Hits.Unpack(text));
}
