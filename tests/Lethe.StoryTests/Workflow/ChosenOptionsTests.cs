using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection<TorchCollection>]
public sealed class ChosenOptionsTests
{
    /// <summary>Of 12 and 200 images with labels some three fifths are trained on; the last rows are of sets as usual, large and huge.</summary>
    [Theory]
    [InlineData(2, 2, 400)]
    [InlineData(8, 8, 400)]
    [InlineData(30, 8, 400)]
    [InlineData(120, 16, 215)]
    [InlineData(200, 32, 250)]
    [InlineData(1200, 128, 167)]
    [InlineData(2000, 128, 100)]
    [InlineData(16_000, 128, 100)]
    [InlineData(50_000, 128, 100)]
    [InlineData(100_000, 128, 50)]
    [InlineData(2_000_000, 128, 20)]
    public void For_Images_ChoosesBatchAndEpochs(int images, int batch, int epochs)
    {
        var chosen = ChosenOptions.For(new RunOptions(), new TrainingFacts(images, 32));
        Assert.Equal((batch, epochs), (chosen.Options.Training.BatchSize, chosen.Options.Training.Epochs));
        Assert.Equal(
            [("--batch-size", $"{batch}"), ("--epochs", $"{epochs}"), ("--width", "16"), ("--blur-probability", "0")],
            chosen.Choices.Select(choice => (choice.Option, choice.Value)));
        Assert.All(chosen.Choices, choice => Assert.NotEmpty(choice.Reason));
        Assert.Equal(images < 500, chosen.Advice.Any(sentence => sentence.Contains("--init FILE", StringComparison.Ordinal)));
        chosen.Options.Validate();
    }

    /// <summary>What a preset changes is said with its reason, but for what was given otherwise.</summary>
    [Theory]
    [InlineData("simclr", 0.8, 0)]
    [InlineData("textures", 0, 2)]
    [InlineData("textures", 0.3, 0)]
    public void For_Textures_SaysWhyBrightnessAndColourStay(string augmentation, double jitter, int said)
    {
        var asked = new RunOptions
        {
            Augmentation = augmentation, Views = AugmentationOptions.Named(augmentation) with { JitterProbability = jitter },
        };
        var chosen = ChosenOptions.For(asked, new TrainingFacts(2000, 32));
        Assert.Equal(jitter, chosen.Options.Views.JitterProbability);
        Assert.Equal(
            said, chosen.Choices.Count(choice => choice.Reason.Contains("--augmentation textures", StringComparison.Ordinal) && choice.Value == "0"));
    }

    [Theory]
    [InlineData(20, 30, 16)]
    [InlineData(32, 48, 32)]
    [InlineData(64, 48, 48)]
    [InlineData(90, 120, 64)]
    [InlineData(500, 333, 128)]
    [InlineData(4000, 3000, 128)]
    [InlineData(28, 28, 28)]
    [InlineData(100, 100, 100)]
    [InlineData(4000, 4000, 128)]
    [InlineData(8, 8, 16)]
    public void ViewSize_OfImages_IsThatOfTheSquaresOrAStepBelowTheShortSide(int height, int width, int expected)
    {
        var sizes = SizeRange.Of([(height, width), (height, width), (width, height)]);
        Assert.Equal(expected, ViewSize.For(sizes, ViewSize.MostOnProcessor));
        Assert.Equal(Math.Max(expected, Math.Min(height, width) >= 224 ? 224 : 0), ViewSize.For(sizes, ViewSize.MostOnGpu));
        Assert.Equal(Math.Min(height, width) > 4 * 128, ViewSize.Warning(expected, sizes) is not null);
    }

    [Fact]
    public void ViewSize_OfMixedImages_FollowsTheMedian()
    {
        var sizes = SizeRange.Of([(20, 30), (300, 400), (70, 100)]);
        Assert.Equal((70, 64), (sizes.MedianShortSide, ViewSize.For(sizes, 128)));
        Assert.Equal("the median short side is 70 pixels", ViewSize.Reason(64, sizes));
    }

    [Fact]
    public void For_WhatWasGiven_StaysAsItIs()
    {
        RunOptions asked = new()
        {
            Data = new() { ImageSize = 96 }, Backbone = new() { Width = 8 }, Views = new() { BlurProbability = 0.1 }, Method = "moco",
            MethodOptions = new MocoOptions { QueueLength = 4096 }, Training = new() { BatchSize = 5, Epochs = 3 },
        };
        var chosen = ChosenOptions.For(asked, new TrainingFacts(9, 96, Sizes: SizeRange.Of([(3000, 4000)])));
        Assert.Equal(asked, chosen.Options);
        Assert.Empty(chosen.Choices);
        Assert.Contains(chosen.Advice, sentence => sentence.Contains("queue of 4096", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 6000, 64)]
    [InlineData(true, 600, 32)]
    [InlineData(false, 6000, 16)]
    public void For_Device_ChoosesTheWidth(bool gpu, int images, int width) =>
        Assert.Equal(width, ChosenOptions.For(new RunOptions(), new TrainingFacts(images, 32, gpu)).Options.Backbone.Width);

    /// <summary>What each method needs holds for what is chosen, so that no advice follows; on many images sizes are the usual ones.</summary>
    [Theory]
    [MemberData(nameof(MethodNames))]
    public void For_EachMethod_ChoosesWhatItNeeds(string name)
    {
        MethodEntry entry = MethodRegistry.Find(name);
        foreach (int images in (int[])[4, 8, 12, 50, 120, 200, 2000, 20_000])
        {
            var asked = new RunOptions { Method = name, MethodOptions = entry.DefaultOptions };
            var chosen = ChosenOptions.For(asked, new TrainingFacts(images, 32));
            chosen.Options.Validate();
            entry.RequireBatch(chosen.Options.MethodOptions, chosen.Options.Training.BatchSize);
            Assert.Empty(entry.Advise(chosen.Options.MethodOptions, new TrainingSize(images, chosen.Options.Training.BatchSize)));
            if (images == 20_000)
                Assert.Equal(entry.Fit(entry.DefaultOptions, TrainingSize.Usual), chosen.Options.MethodOptions);
        }
    }

    public static TheoryData<string> MethodNames => [.. MethodRegistry.All.Select(entry => entry.Name)];

    [Fact]
    public void Advise_OptionsThatDoNotFit_SaysWhatToDo()
    {
        Says("--queue-length 6 or less", "moco", new MocoOptions { QueueLength = 4096 }, new TrainingSize(6, 4));
        Says("--queue-length 100 or less", "swav", new SwAvOptions { QueueLength = 200, Prototypes = 10 }, new TrainingSize(100, 16));
        Says("16 embeddings over 100 prototypes", "swav", new SwAvOptions { Prototypes = 100 }, new TrainingSize(100, 16));
        Says("--projector-output 40", "w-mse", new WmseOptions { WhiteningBatch = 80, ProjectorOutput = 64 }, new TrainingSize(100, 80));
        Says("--projector-output 16", "corinfomax", new CorInfoMaxOptions { ProjectorOutput = 64 }, new TrainingSize(100, 16));
        foreach (string name in (string[])["simclr", "relic", "barlow-twins", "vicreg", "byol", "simsiam", "mec"])
            Says("Raise --batch-size to 16 or more", name, MethodRegistry.Find(name).DefaultOptions, new TrainingSize(100, 4));

        static void Says(string expected, string name, MethodOptions options, TrainingSize size)
        {
            string sentence = Assert.Single(MethodRegistry.Find(name).Advise(options, size));
            Assert.Contains(expected, sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void For_MethodThatNeedsMoreImages_IsRefused()
    {
        RunOptions asked = new() { Method = "w-mse", MethodOptions = new WmseOptions { WhiteningBatch = 64 } };
        var error = Assert.Throws<InvalidOptionException>(() => ChosenOptions.For(asked, new TrainingFacts(20, 32)));
        Assert.Contains("at least 64 images", error.Message, StringComparison.Ordinal);
        Assert.Equal(64, ChosenOptions.For(asked, new TrainingFacts(70, 32)).Options.Training.BatchSize);
    }

    [Theory]
    [InlineData(1000, 100, 16)] // all fits
    [InlineData(10, 30, 16)]    // 540 seconds hold 30 epochs of 15 steps of a second and 11 evaluations of 7
    [InlineData(5, 23, 8)]      // half of that is too little: the width is halved, and with it a step
    [InlineData(0.1, 1, 8)]
    public void Fit_Minutes_LowersEpochsThenWidth(double minutes, int epochs, int width)
    {
        RunOptions asked = new() { Training = new() { Minutes = minutes } };
        var plain = ChosenOptions.For(asked, new TrainingFacts(2000, 32));
        ChosenOptions fitted = TimeBudget.Fit(
            asked, plain, options => new StepTime(options.Backbone.Width == 16 ? 1 : 0.5, Evaluation: 7), images: 2000);
        Assert.Equal((epochs, width), (fitted.Options.Training.Epochs, fitted.Options.Backbone.Width));
        Assert.Equal($"{epochs}", fitted.Choices.Single(choice => choice.Option == "--epochs").Value);
        Assert.Equal($"{width}", fitted.Choices.Single(choice => choice.Option == "--width").Value);
        Assert.Equal(minutes < 1, fitted.Advice.Any(sentence => sentence.Contains("One epoch alone", StringComparison.Ordinal)));
    }

    [Fact]
    public void Fit_WidthThatWasGiven_Stays()
    {
        RunOptions asked = new() { Training = new() { Minutes = 5 }, Backbone = new BackboneOptions { Width = 16 } };
        ChosenOptions fitted = TimeBudget.Fit(
            asked, ChosenOptions.For(asked, new TrainingFacts(2000, 32)), _ => new StepTime(1, 7), images: 2000);
        Assert.Equal(16, fitted.Options.Backbone.Width);
        Assert.Contains(fitted.Advice, sentence => sentence.Contains("which teach little", StringComparison.Ordinal));
    }
}
