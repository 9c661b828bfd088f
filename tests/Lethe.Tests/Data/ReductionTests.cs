using Lethe.Data;

namespace Lethe.Tests.Data;

public class ReductionTests
{
    [Theory]
    [InlineData(500, 375, 258, 344, 258)]
    [InlineData(375, 500, 258, 258, 344)]
    [InlineData(64, 64, 37, 37, 37)]
    [InlineData(400, 1000, 37, 37, 93)]
    [InlineData(30, 900, 37, 30, 900)]
    public void TargetSize_OfASize_KeepsTheShapeAndNeverEnlarges(
        int height, int width, int shortSide, int expectedHeight, int expectedWidth) =>
        Assert.Equal((expectedHeight, expectedWidth), Reduction.TargetSize(height, width, shortSide));

    [Fact]
    public void Reduce_ConstantImage_StaysConstant()
    {
        byte[] pixels = new byte[3 * 61 * 47];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i % 3 == 0 ? 255 : i % 3 == 1 ? 0 : 131);
        }

        Image reduced = Reduction.Reduce(new Image(pixels, 61, 47, 3), 26, 20);
        for (int i = 0; i < reduced.Pixels.Length; i++)
        {
            Assert.Equal(i % 3 == 0 ? 255 : i % 3 == 1 ? 0 : 131, reduced.Pixels.Span[i]);
        }
    }

    [Fact]
    public void Reduce_TargetAPixelLarger_InterpolatesInsteadOfFailing() =>
        Assert.Equal(
            [10, 10, 10, 10, 10, 10], Reduction.Reduce(new Image(new byte[] { 10, 10, 10, 10, 10 }, 1, 5, 1), 1, 6).Pixels.ToArray());

    [Fact]
    public void Reduce_LinearRamp_StaysLinear()
    {
        byte[] pixels = new byte[100 * 100];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(50 + i % 100 + i / 100 / 2);
        }

        Image reduced = Reduction.Reduce(new Image(pixels, 100, 100, 1), 40, 40);
        for (int y = 2; y < 38; y++)
        {
            for (int x = 2; x < 38; x++)
            {
                // The middle of a reduced pixel lies at 2.5 (x + ½) − ½ in the original.
                double expected = 50 + 2.5 * (x + 0.5) - 0.5 + Enumerable.Range(0, 100)
                    .Select(k => Math.Max(0, 1 - Math.Abs(k + 0.5 - 2.5 * (y + 0.5)) / 2.5) * (k / 2)).Sum() / 2.5;
                Assert.InRange(reduced.Pixels.Span[y * 40 + x], expected - 1.1, expected + 1.1);
            }
        }
    }
}
