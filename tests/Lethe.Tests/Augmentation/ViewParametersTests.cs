using CsCheck;
using Lethe.Augmentation;

namespace Lethe.Tests.Augmentation;

public class ViewParametersTests
{
    private const int Draws = 20_000;

    private static readonly AugmentationOptions Options = new() { BlurProbability = 0.3, SolariseProbability = 0.1 };

    private static readonly ViewParameters[] Views =
        [.. Enumerable.Range(0, Draws).Select(seed => ViewParameters.Draw(Options, 64, 64, (ulong)seed))];

    [Fact]
    public void Draw_ManySeeds_HasTheProbabilitiesAskedFor()
    {
        AssertRate(Options.FlipProbability, view => view.Flip);
        AssertRate(Options.JitterProbability, view => view.Jitter);
        AssertRate(Options.GreyProbability, view => view.Grey);
        AssertRate(Options.BlurProbability!.Value, view => view.Blur);
        AssertRate(Options.SolariseProbability, view => view.Solarise);
        AssertRate(Options.JitterProbability * Options.FlipProbability, view => view.Jitter && view.Flip);
    }

    [Fact]
    public void Draw_ManySeeds_HasAllOrdersOfJitterEquallyOften()
    {
        int[] counts = [.. Views.GroupBy(view => view.JitterOrder).Select(group => group.Count())];
        Assert.Equal(24, counts.Length);
        Assert.All(Views, view => Assert.Equal(4, Enumerable.Range(0, 4).Select(view.StepAt).Distinct().Count()));
        // Chi-squared with 23 degrees of freedom: 49.7 is its 99.9 % quantile.
        Assert.InRange(counts.Sum(n => (n - Draws / 24.0) * (n - Draws / 24.0) / (Draws / 24.0)), 0, 49.7);
    }

    [Fact]
    public void Draw_ManySeeds_HasUniformStrengths()
    {
        AssertUniform(0.6, 1.4, view => view.Brightness);
        AssertUniform(0.6, 1.4, view => view.Contrast);
        AssertUniform(0.6, 1.4, view => view.Saturation);
        AssertUniform(-0.1, 0.1, view => view.Hue);
        AssertUniform(0.1, 2, view => view.BlurSigma);
    }

    [Fact]
    public void Draw_StrengthAboveOne_HasNoNegativeFactor()
    {
        var strong = new AugmentationOptions { Brightness = 3 };
        Assert.All(Enumerable.Range(0, 500), seed => Assert.InRange(ViewParameters.Draw(strong, 9, 9, (ulong)seed).Brightness, 0, 4));
    }

    [Fact]
    public void Draw_ManySeeds_HasCropsOfTheAreaAndAspectAskedFor()
    {
        Assert.All(Views, view => Assert.InRange(view.Height * view.Width / 4096.0, 0.18, 1));
        Assert.All(Views, view => Assert.InRange((double)view.Width / view.Height, 0.72, 1.39));
        // Uniform on 0.2 to 1 would have the mean 0.6; crops that stick out are drawn again, which costs some large ones.
        Assert.InRange(Views.Average(view => view.Height * view.Width / 4096.0), 0.53, 0.6);
        Assert.InRange(Views.Average(view => Math.Log((double)view.Width / view.Height)), -0.01, 0.01);
        Assert.InRange(Views.Average(view => view.Left + view.Width / 2.0), 31.7, 32.3);
        Assert.InRange(Views.Average(view => view.Top + view.Height / 2.0), 31.7, 32.3);
    }

    [Fact]
    public void Draw_AnyImage_HasACropInsideIt() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.ULong).Sample((height, width, seed) =>
        {
            ViewParameters view = ViewParameters.Draw(Options, height, width, seed);
            return view.Height >= 1 && view.Width >= 1 && view.Top >= 0 && view.Left >= 0
                && view.Top + view.Height <= height && view.Left + view.Width <= width;
        });

    [Theory]
    [InlineData(10, 400, 10, 13)]
    [InlineData(400, 10, 13, 10)]
    public void Draw_NoCropFits_TakesTheCentralPart(int height, int width, int cropHeight, int cropWidth)
    {
        var whole = new AugmentationOptions { CropScaleMinimum = 1 };
        ViewParameters view = ViewParameters.Draw(whole, height, width, 1);
        Assert.Equal(
            ((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth), (view.Top, view.Left, view.Height, view.Width));
    }

    [Fact]
    public void Draw_OneStepTurnedOff_LeavesTheOtherDecisions()
    {
        AugmentationOptions without = Options with { JitterProbability = 0, GreyProbability = 0 };
        for (int seed = 0; seed < 100; seed++)
            Assert.Equal(Views[seed] with { Jitter = false, Grey = false }, ViewParameters.Draw(without, 64, 64, (ulong)seed));
    }

    private static void AssertRate(double expected, Func<ViewParameters, bool> decision)
    {
        double deviation = Math.Sqrt(expected * (1 - expected) / Draws);
        Assert.InRange(Views.Count(decision) / (double)Draws, expected - 4 * deviation, expected + 4 * deviation);
    }

    private static void AssertUniform(double low, double high, Func<ViewParameters, double> value)
    {
        double[] unit = [.. Views.Select(view => (value(view) - low) / (high - low))];
        Assert.All(unit, x => Assert.InRange(x, -1e-6, 1 + 1e-6));
        Assert.InRange(unit.Average(), 0.49, 0.51);
        Assert.InRange(unit.Average(x => (x - 0.5) * (x - 0.5)), 1 / 12.0 - 0.003, 1 / 12.0 + 0.003);
    }
}
