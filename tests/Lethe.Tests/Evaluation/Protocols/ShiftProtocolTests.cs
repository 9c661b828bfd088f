using Lethe.Augmentation.Corruptions;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using Lethe.Tests.Methods;

namespace Lethe.Tests.Evaluation.Protocols;

/// <summary>Protocols that measure one classifier on changed test images.</summary>
[Collection(typeof(TorchCollection))]
public class ShiftProtocolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Robustness_ImagesAsTheyAre_GivesWhatTheLinearProtocolGives()
    {
        ProtocolResult linear = Run(new LinearProtocol(new LinearProtocolOptions())).Single(result => result.Layer == "layer3");
        ProtocolResult clean = Run(new RobustnessProtocol(new RobustnessProtocolOptions { ShiftLayer = "layer3", RobustnessCorruptions = "fog", RobustnessSeverities = "1" }))[0];
        Assert.Equal(linear with { Draws = [] }, clean with { Draws = [] });
    }

    [Fact]
    public void Robustness_SeveralSeverities_IsTheMeanOfEachAlone()
    {
        IReadOnlyList<ProtocolResult> Under(string severities) =>
            Run(new RobustnessProtocol(new RobustnessProtocolOptions { RobustnessCorruptions = "contrast, gaussian-noise", RobustnessSeverities = severities }));
        IReadOnlyList<ProtocolResult> mild = Under("1"), severe = Under("5"), both = Under("5,1");
        Assert.Equal(
            ["accuracy", "mean corruption accuracy", "accuracy under gaussian-noise", "accuracy under contrast"],
            both.Select(result => result.Measure));
        for (int i = 1; i < both.Count; i++)
            Assert.Equal((mild[i].Value + severe[i].Value) / 2, both[i].Value, 1e-12);
        Assert.Equal((both[2].Value + both[3].Value) / 2, both[1].Value, 1e-12);
        Assert.NotEqual(mild[3].Value, severe[3].Value);
    }

    /// <summary>What is random in a corruption comes from an image's place in its source and not from the images beside it.</summary>
    [Fact]
    public void Robustness_PartOfTheTestImages_GetsTheSameNoise()
    {
        using SslMethod method = Tiny.Method();
        using EncoderState encoder = ProtocolSample.Encoder(method);
        ImageSet images = ProtocolSample.Images("test", 3, 12);
        var placed = new ImageSet(
            "test",
            [.. Enumerable.Range(0, 12).Select(i => images[i])],
            images.Labels,
            images.ClassNames) { Items = [.. Enumerable.Range(40, 12)] };
        var protocol = new RobustnessProtocol(
            new RobustnessProtocolOptions { RobustnessCorruptions = "gaussian-noise,glass-blur,snow", RobustnessSeverities = "3,5" });
        double[] Values(ImageSet test) =>
            [.. ProtocolRunner.Run(protocol, encoder, ProtocolSample.Fitting, test, 1, cancellation: Token).Select(result => result.Value)];
        double[] all = Values(placed), first = Values(placed.Subset("test", [.. Enumerable.Range(0, 6)])),
            last = Values(placed.Subset("test", [.. Enumerable.Range(6, 6)]));
        for (int i = 0; i < all.Length; i++)
            Assert.Equal((first[i] + last[i]) / 2, all[i], 1e-12);
    }

    [Fact]
    public void Robustness_AllByDefault_NamesEveryCorruption()
    {
        string settings = new RobustnessProtocol(new RobustnessProtocolOptions()).Settings();
        Assert.Contains("all 15 common corruptions", settings, StringComparison.Ordinal);
        Assert.Contains("severity 1, 2, 3, 4, 5 of", settings, StringComparison.Ordinal);
        string quick = new RobustnessProtocol(
            (RobustnessProtocolOptions)new RobustnessProtocolOptions { RobustnessCorruptions = "fog" }.Quick()).Settings();
        Assert.Contains("under fog ", quick, StringComparison.Ordinal);
        Assert.Contains("severity 1, 3, 5 of", quick, StringComparison.Ordinal);
    }

    /// <summary>Nothing but the tint tells the class: the classifier is right by it, and wrong where it is turned around.</summary>
    [Fact]
    public void Colour_NothingButTheTint_IsLostWhenItTurns()
    {
        ImageSet Images(string name, ulong seed, int count) => new(
            name, [.. Enumerable.Range(0, count).Select(i => ProtocolSample.Draw(RandomStream.Derive(seed, (ulong)i), 0, channels: 1))],
            [.. Enumerable.Range(0, count).Select(i => i % 3)], ["a", "b", "c"]);
        ImageSet fitted = Images("probe", 1, 90);
        IReadOnlyList<ProtocolResult> found = Run(
            new ColourProtocol(new ColourProtocolOptions { ColourRho = 1, ShiftLayer = "stem" }),
            new FittingImages("sample", fitted, fitted), Images("test", 2, 60));
        Assert.Equal([Score.TiedAccuracy, Score.UntiedAccuracy, Score.TurnedAccuracy, Score.Drop], found.Select(result => result.Measure));
        double[] values = [.. found.Select(result => result.Value)];
        Assert.True(values[0] > 0.95, $"tied {values[0]}");
        Assert.InRange(values[1], 0.1, 0.6);
        Assert.True(values[2] < 0.05, $"turned {values[2]}");
        Assert.Equal(values[0] - values[2], values[3], 1e-12);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1,6")]
    [InlineData("one")]
    [InlineData(",")]
    public void Robustness_SeveritiesThatAreNone_AreRefused(string severities) =>
        Refused(new RobustnessProtocolOptions { RobustnessSeverities = severities }, "must be numbers from 1 to 5");

    [Theory]
    [InlineData("fog,frob")]
    [InlineData("Fog")]
    [InlineData("")]
    public void Robustness_CorruptionsThatAreNone_AreListed(string corruptions) =>
        Refused(new RobustnessProtocolOptions { RobustnessCorruptions = corruptions }, "Use all, or some of gaussian-noise, shot-noise");

    [Fact]
    public void Shift_OtherOptions_AreRefused()
    {
        Refused(new RobustnessProtocolOptions { ShiftLayer = "layer9" }, "--shift-layer 'layer9' is unknown. Did you mean layer1");
        Refused(new ColourProtocolOptions { ShiftLayer = "" }, "--shift-layer '' is unknown");
        Refused(new ColourProtocolOptions { ColourRho = 0 }, "--colour-rho must be above 0");
        Refused(new ColourProtocolOptions { ColourRho = double.NaN }, "--colour-rho must be finite and above 0");
    }

    [Fact]
    public void Shift_LayerThatTheEncoderLacks_NamesThoseThatItHas()
    {
        using SslMethod method = Tiny.Method();
        using var encoder = new EncoderState(method.Backbone, ProtocolSample.Statistics, TorchSharp.torch.CPU, 1, untrained: false);
        var protocol = new ColourProtocol(new ColourProtocolOptions { ShiftLayer = LayerNames.Projector });
        InvalidOptionException error = Assert.Throws<InvalidOptionException>(
            () => protocol.Fit(encoder, ProtocolSample.Fitting, 1, Token).Count());
        Assert.EndsWith("layer3, layer4.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Robustness_ImagesTooSmall_AreRefusedBeforeFitting()
    {
        ImageSet small = ProtocolSample.Images("probe", 1, 30, size: Corruption.SmallestSide - 1);
        DataException error = Assert.Throws<DataException>(
            () => ProtocolRunner.Check(
                new RobustnessProtocol(new RobustnessProtocolOptions()), new FittingImages("sample", small, small), small));
        Assert.Contains("at least 8 pixels, but those of sample have 7", error.Message, StringComparison.Ordinal);
    }

    private static void Refused(ProtocolOptions options, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidOptionException>(options.Validate).Message, StringComparison.Ordinal);

    private static IReadOnlyList<ProtocolResult> Run(Protocol protocol, FittingImages? fitting = null, ImageSet? test = null)
    {
        using SslMethod method = Tiny.Method();
        using EncoderState encoder = ProtocolSample.Encoder(method);
        return ProtocolRunner.Run(
            protocol, encoder, fitting ?? ProtocolSample.Fitting, test ?? ProtocolSample.Images("test", 3, 12), 1, cancellation: Token);
    }
}
