using Lethe.Augmentation;
using Lethe.Runtime;

namespace Lethe.Tests.Augmentation;

public class AugmentationOptionsTests
{
    public static TheoryData<string, AugmentationOptions> Wrong => new()
    {
        { "crop scale must satisfy 0 < minimum ≤ maximum ≤ 1; found 0 to 1", new() { CropScaleMinimum = 0 } },
        { "crop scale must satisfy 0 < minimum ≤ maximum ≤ 1; found 0.2 to 1.5", new() { CropScaleMaximum = 1.5 } },
        { "crop scale must satisfy 0 < minimum ≤ maximum ≤ 1; found NaN to 1", new() { CropScaleMinimum = double.NaN } },
        { "aspect ratio of crops must satisfy 0 < minimum ≤ maximum ≤ 100; found 2 to 1", new() { AspectRatioMinimum = 2, AspectRatioMaximum = 1 } },
        { "sigma of the blur must satisfy 0 < minimum ≤ maximum ≤ 100; found 0 to 2", new() { BlurSigmaMinimum = 0 } },
        { "--interpolation must be bilinear or bicubic; found 'cubic'", new() { Interpolation = "cubic" } },
        { "brightness jitter must be between 0 and 10; found -1", new() { Brightness = -1 } },
        { "contrast jitter must be between 0 and 10; found NaN", new() { Contrast = double.NaN } },
        { "saturation jitter must be between 0 and 10; found 11", new() { Saturation = 11 } },
        { "hue jitter must be between 0 and 0.5; found 0.6", new() { Hue = 0.6 } },
        { "probability of flips must be between 0 and 1; found 1.1", new() { FlipProbability = 1.1 } },
        { "probability of colour jitter must be between 0 and 1; found -0.1", new() { JitterProbability = -0.1 } },
        { "probability of grey must be between 0 and 1; found 2", new() { GreyProbability = 2 } },
        { "probability of blur must be between 0 and 1; found 2", new() { BlurProbability = 2 } },
        { "probability of solarising must be between 0 and 1; found 2", new() { SolariseProbability = 2 } },
        { "crop scale of local views must satisfy 0 < minimum ≤ maximum ≤ 1; found 0.4 to 0.3", new() { LocalScaleMinimum = 0.4 } },
        { "--local-views must not be negative, found -1", new() { LocalViews = -1 } },
        { "--local-size must be between 16 and 224, or 0 for half of a full-size view; found 15", new() { LocalSize = 15 } },
        { "--local-size must be between 16 and 224, or 0 for half of a full-size view; found 225", new() { LocalSize = 225 } },
        { "radius of the blur must not be negative, found -1", new() { BlurRadius = -1 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_WrongValue_SaysWhichAndWhatIsPossible(string message, AugmentationOptions options) =>
        Assert.Contains(message, Assert.Throws<InvalidOptionException>(options.Validate).Message);

    [Fact]
    public void Named_EveryName_GivesOptionsThatHold()
    {
        Assert.Equal(["simclr", "weak", "none"], AugmentationOptions.Names);
        foreach (string name in AugmentationOptions.Names)
            AugmentationOptions.Named(name).Validate();
        Assert.Equal(new AugmentationOptions(), AugmentationOptions.Named("simclr"));
        Assert.Equal((0.75, 0.5, 0.0), (AugmentationOptions.Named("weak").CropScaleMinimum, AugmentationOptions.Named("weak").FlipProbability, AugmentationOptions.Named("weak").JitterProbability));
    }

    [Fact]
    public void Named_UnknownName_ListsTheNames()
    {
        var error = Assert.Throws<InvalidOptionException>(() => AugmentationOptions.Named("strong"));
        Assert.Equal("--augmentation must be one of simclr, weak, none; found 'strong'.", error.Message);
    }
}
