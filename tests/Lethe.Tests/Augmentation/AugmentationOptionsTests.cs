using Lethe.Augmentation;
using Lethe.Runtime;

namespace Lethe.Tests.Augmentation;

public class AugmentationOptionsTests
{
    public static TheoryData<string, AugmentationOptions> Wrong => new()
    {
        { "--crop-scale-minimum must be above 0 and at most 1, found 0.", new() { CropScaleMinimum = 0 } },
        { "--crop-scale-maximum must be above 0 and at most 1, found 1.5.", new() { CropScaleMaximum = 1.5 } },
        { "--crop-scale-minimum must be finite and above 0 and at most 1, found NaN.", new() { CropScaleMinimum = double.NaN } },
        { "--aspect-ratio-minimum must be at most --aspect-ratio-maximum (1), found 2.", new() { AspectRatioMinimum = 2, AspectRatioMaximum = 1 } },
        { "--blur-sigma-minimum must be above 0 and at most 100 pixels, found 0.", new() { BlurSigmaMinimum = 0 } },
        { "--interpolation 'cubic' is unknown. Use bilinear or bicubic.", new() { Interpolation = "cubic" } },
        { "--brightness must be between 0 and 10, found -1.", new() { Brightness = -1 } },
        { "--contrast must be finite and between 0 and 10, found NaN.", new() { Contrast = double.NaN } },
        { "--saturation must be between 0 and 10, found 11.", new() { Saturation = 11 } },
        { "--hue must be between 0 and 0.5, found 0.6.", new() { Hue = 0.6 } },
        { "--flip-probability must be between 0 and 1, found 1.1.", new() { FlipProbability = 1.1 } },
        { "--jitter-probability must be between 0 and 1, found -0.1.", new() { JitterProbability = -0.1 } },
        { "--grey-probability must be between 0 and 1, found 2.", new() { GreyProbability = 2 } },
        { "--blur-probability must be between 0 and 1, found 2.", new() { BlurProbability = 2 } },
        { "--solarise-probability must be between 0 and 1, found 2.", new() { SolariseProbability = 2 } },
        { "--local-scale-minimum must be at most --local-scale-maximum (0.3), found 0.4.", new() { LocalScaleMinimum = 0.4 } },
        { "--local-views must be between 1 and 64 views, or 0 for none; found -1.", new() { LocalViews = -1 } },
        { "--local-size must be between 16 and 1024 pixels, or 0 for half of a full-size view; found 15.", new() { LocalSize = 15 } },
        { "--local-size must be between 16 and 1024 pixels, or 0 for half of a full-size view; found 1025.", new() { LocalSize = 1025 } },
        { "--blur-radius must be at least 1 pixel, or 0 for a tenth of the view; found -1.", new() { BlurRadius = -1 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_WrongValue_SaysWhichAndWhatIsPossible(string message, AugmentationOptions options) =>
        Assert.Equal(message, Assert.Throws<InvalidOptionException>(options.Validate).Message);

    [Fact]
    public void Named_EveryName_GivesOptionsThatHold()
    {
        Assert.Equal(["simclr", "textures", "weak", "none"], AugmentationOptions.Names);
        foreach (string name in AugmentationOptions.Names)
            AugmentationOptions.Named(name).Validate();
        Assert.Equal(new AugmentationOptions(), AugmentationOptions.Named("simclr"));
        Assert.Equal(new AugmentationOptions { JitterProbability = 0, GreyProbability = 0 }, AugmentationOptions.Named("textures"));
        Assert.Equal(
            (0.75, 0.5, 0.0),
            (
                AugmentationOptions.Named("weak").CropScaleMinimum, AugmentationOptions.Named("weak").FlipProbability,
                AugmentationOptions.Named("weak").JitterProbability));
    }

    [Fact]
    public void Named_UnknownName_ListsTheNames()
    {
        var error = Assert.Throws<InvalidOptionException>(() => AugmentationOptions.Named("strong"));
        Assert.Equal("--augmentation must be one of simclr, textures, weak, none; found 'strong'.", error.Message);
    }
}
