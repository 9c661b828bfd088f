using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;

namespace Lethe.Tests.Evaluation.Protocols;

[Collection(typeof(TorchCollection))]
public class ProtocolTests
{
    public static TheoryData<string> Names => [.. ProtocolSample.All.Keys];

    public static TheoryData<string> NamesOfGivenImages =>
        [.. ProtocolSample.All.Where(one => one.Value is not GeneratingProtocol).Select(one => one.Key)];

    /// <summary>
    /// Test images raise an error when they are looked at while a protocol fits; other test images and other labels leave every bit of
    /// every fitted model as it is; and measuring changes none.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_EveryProtocol_SeesNoTestImage(string name)
    {
        using SslMethod method = Tiny.Method();
        Protocol protocol = ProtocolSample.All[name];
        (FittingImages fitting, ImageSet test, ImageSet poisoned) = ProtocolSample.For(protocol);
        (string[] models, double[] scores) = Run(protocol, method, fitting, test);
        (string[] again, double[] otherScores) = Run(protocol, method, fitting, poisoned);
        Assert.NotEmpty(models);
        Assert.Equal(models, again);

        // The images do reach the measuring.
        Assert.NotEqual(scores, otherScores);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_Twice_GivesTheSameNumbersAndLeavesTheEncoder(string name)
    {
        using SslMethod method = Tiny.Method();
        SortedDictionary<string, string> before = Tiny.Bits(method);
        (FittingImages fitting, ImageSet test, _) = ProtocolSample.For(ProtocolSample.All[name]);
        IReadOnlyList<ProtocolResult> Results(ulong seed)
        {
            using EncoderState encoder = ProtocolSample.Encoder(method);
            return ProtocolRunner.Run(
                ProtocolSample.All[name], encoder, fitting, test, seed, cancellation: TestContext.Current.CancellationToken);
        }

        IReadOnlyList<ProtocolResult> first = Results(1), second = Results(1);
        Assert.Equal(first.Select(result => result with { Draws = [] }), second.Select(result => result with { Draws = [] }));
        Assert.Equal(before, Tiny.Bits(method));
        Assert.All(first, result =>
        {
            Assert.InRange(result.Value, result.Interval.Low - 1e-9, result.Interval.High + 1e-9);
            Assert.StartsWith("95 %", result.Interval.Kind, StringComparison.Ordinal);
            Assert.Equal(test.Count, result.TestCount);
            Assert.Equal(result.Draws.Average(), result.Value, 1e-12);
        });
        Assert.Equal(
            first.Count, first.Select(result => (result.Variant, result.LabelShare, result.Layer, result.Measure)).Distinct().Count());
        Assert.False(string.IsNullOrWhiteSpace(ProtocolSample.All[name].Settings()));
    }

    /// <summary>
    /// Features that are all zero, that are so large or so small that their squares are none in float32: every protocol gives finite numbers
    /// whose intervals lie in the range of their measure.
    /// </summary>
    [Theory]
    [MemberData(nameof(NamesOfGivenImages))]
    public void Run_FeaturesOfAnySize_GivesFiniteNumbersInRange(string name)
    {
        foreach (double factor in (double[])[0, 1e-25, 1e25])
        {
            using SslMethod method = Tiny.Method();
            using (TorchSharp.torch.no_grad())
            {
                foreach ((string of, TorchSharp.torch.Tensor weight) in method.state_dict())
                {
                    if (of is "backbone.layer4.0.bn2.weight" or "backbone.layer4.0.downsample.1.weight")
                        weight.mul_(TorchSharp.torch.tensor((float)factor));
                }
            }

            (FittingImages fitting, ImageSet test, _) = ProtocolSample.For(ProtocolSample.All[name]);
            using EncoderState encoder = ProtocolSample.Encoder(method);
            try
            {
                Assert.All(
                    ProtocolRunner.Run(ProtocolSample.All[name], encoder, fitting, test, 1, cancellation: TestContext.Current.CancellationToken),
                    result =>
                    {
                        Assert.True(double.IsFinite(result.Value), $"{factor}: {result.Measure} of {result.Layer}");
                        MeasureRange range = MeasureRange.Of(result.Measure);
                        Assert.InRange(result.Interval.Low, range.Least, result.Value);
                        Assert.InRange(result.Interval.High, result.Value, range.Most);
                    });
            }
            catch (TrainingException error)
            {
                // Fine-tuning such a network may diverge, which is said.
                Assert.True(error.Diverged);
                Assert.Contains("Lower --", error.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>
    /// TorchSharp goes on counting one tensor for each parameter of a network that was made and disposed: that much is not the protocol's.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Run_EveryProtocol_LeavesNoTensorBehind(string name)
    {
        using SslMethod method = Tiny.Method();
        (FittingImages fitting, ImageSet test, _) = ProtocolSample.For(ProtocolSample.All[name]);
        int networks = 0;
        void Run()
        {
            networks = 0;
            using EncoderState encoder = ProtocolSample.Encoder(method);
            var progress = new Inline<string>(text => networks += text.StartsWith("fine-tuned", StringComparison.Ordinal) ? 1 : 0);
            ProtocolRunner.Run(ProtocolSample.All[name], encoder, fitting, test, 1, progress, TestContext.Current.CancellationToken);
        }

        void MakeNetwork()
        {
            using EncoderState encoder = ProtocolSample.Encoder(method);
            using ResNet network = encoder.Copy(1);
            using var head = TorchSharp.torch.nn.Linear(2, 2);
        }

        long Growth(Action work)
        {
            LiveTensors.Settle();
            long before = LiveTensors.Count;
            work();
            return LiveTensors.Count - before;
        }

        Run();
        MakeNetwork();

        // Dense transfer has a head on each of five layers and two on all, with two convolutions of weight and bias for each layer, in
        // place of one linear head.
        long ofNetwork = Growth(MakeNetwork), ofHeads = name == "dense" ? (15 * 4) - 2 : 0;
        Assert.Equal((networks * ofNetwork) + ofHeads, Growth(Run));
    }

    [Theory]
    [MemberData(nameof(NamesOfGivenImages))]
    public void Check_UnusableLabels_SaysWhatIsWrongBeforeFitting(string name)
    {
        Protocol protocol = ProtocolSample.All[name];
        FittingImages fitting = ProtocolSample.Fitting;
        ImageSet test = ProtocolSample.Images("test", 3, 12);
        string Message(FittingImages images, ImageSet measured) =>
            Assert.Throws<DataException>(() => ProtocolRunner.Check(protocol, images, measured)).Message;
        FittingImages With(Func<string, ImageSet> images) => new("sample", images("train"), images("probe"));
        Assert.Contains("have no labels", Message(fitting, Unlabelled(test)), StringComparison.Ordinal);
        Assert.Contains("have no labels", Message(With(_ => Unlabelled(test)), test), StringComparison.Ordinal);
        Assert.Contains(
            "all of class 'square'",
            Message(With(part => ProtocolSample.Images(part, 1, 20, label: _ => 1)), test),
            StringComparison.Ordinal);
        ProtocolRunner.Check(protocol, fitting, test);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("semi")]
    [InlineData("transfer")]
    [InlineData("robustness")]
    [InlineData("colour")]
    [InlineData("domains")]
    public void Check_AClassWithOneImage_NamesIt(string name)
    {
        ImageSet Images(string part) => ProtocolSample.Images(part, 1, 20, label: i => i == 7 ? 2 : i % 2);
        DataException error = Assert.Throws<DataException>(
            () => ProtocolRunner.Check(
                ProtocolSample.All[name], new FittingImages("sample", Images("train"), Images("probe")),
                ProtocolSample.Images("test", 3, 12)));
        Assert.Contains("'long' has 1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_MoreShotsThanImages_NamesClassAndCounts()
    {
        ImageSet images = ProtocolSample.Images("train", 1, 60, label: i => i < 5 ? 2 : i % 2);
        var protocol = new SemiProtocol(new SemiProtocolOptions { SemiShares = "0.5" });
        DataException error = Assert.Throws<DataException>(
            () => ProtocolRunner.Check(protocol, new FittingImages("sample", images, images), images));
        Assert.Contains("asks for 10 images of each class, but class 'long' has 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_AnyShare_IsBalancedNestedAndSeeded()
    {
        ImageSet images = ProtocolSample.Images("train", 1, 60);
        int[] few = SemiProtocol.Draw(images, 3, 5), more = SemiProtocol.Draw(images, 7, 5);
        Assert.All(
            Enumerable.Range(0, 3),
            label => Assert.Equal((3, 7), (few.Count(i => images.Labels![i] == label), more.Count(i => images.Labels![i] == label))));
        Assert.Empty(few.Except(more));
        Assert.NotEqual(few, SemiProtocol.Draw(images, 3, 6));
        Assert.Equal((2, 2), (SemiProtocol.Shots(images, 0.01), SemiProtocol.Shots(images, 0.1)));
    }

    /// <summary>From scratch the draws differ in their weights too; a trained encoder gives its own.</summary>
    [Fact]
    public void Copy_OfAState_IsTrainedOrFresh()
    {
        using SslMethod method = Tiny.Method();
        using EncoderState trained = ProtocolSample.Encoder(method), untrained = ProtocolSample.Encoder(method, untrained: true);
        using var copy = trained.Copy(1);
        using var fresh = untrained.Copy(1);
        using var other = untrained.Copy(2);
        Assert.Equal(Tiny.Bits(method.Backbone), Tiny.Bits(copy));
        Assert.NotEqual(Tiny.Bits(fresh), Tiny.Bits(other));
        Assert.NotEqual(Tiny.Bits(fresh), Tiny.Bits(copy));
    }

    [Fact]
    public void Conversion_OtherImages_IsSaid()
    {
        using SslMethod method = Tiny.Method();
        using EncoderState encoder = ProtocolSample.Encoder(method);
        Assert.Empty(encoder.Conversion(ProtocolSample.Images("test", 1, 2)));
        string said = encoder.Conversion(ProtocolSample.Images("test", 1, 2, channels: 1, size: 20));
        Assert.Contains("resized to 16 × 16", said, StringComparison.Ordinal);
        Assert.Contains("Grey images enter copied into three channels", said, StringComparison.Ordinal);
        Assert.Equal(
            2,
            encoder.Features(
                ProtocolSample.Images("test", 1, 2, channels: 1, size: 20), TestContext.Current.CancellationToken)["layer4"].size(0));
    }

    [Theory]
    [InlineData("frob", "Use one or several of linear, knn")]
    [InlineData("Linear", "Use one or several of linear, knn")]
    public void Find_UnknownName_ListsAll(string name, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<InvalidOptionException>(() => ProtocolRegistry.Find(name)).Message, StringComparison.Ordinal);

    private static (string[] Models, double[] Scores) Run(Protocol protocol, SslMethod method, FittingImages fittingImages, ImageSet images)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var guarded = new ProtocolSample.Guarded([.. Enumerable.Range(0, images.Count).Select(i => images[i])]);
        var test = new ImageSet("test", guarded, images.Labels, images.ClassNames) { Items = images.Items, Masks = images.Masks };
        using EncoderState encoder = ProtocolSample.Encoder(method);
        var models = new List<string>();
        var scores = new List<double>();
        guarded.Closed = true;
        using IEnumerator<FittedModel> fitting = protocol.Fit(encoder, fittingImages, 1, cancellation).GetEnumerator();
        while (true)
        {
            guarded.Closed = true;
            if (!fitting.MoveNext())
                break;
            using FittedModel model = fitting.Current;
            string checksum = model.Checksum();
            models.Add($"{model.Variant} {model.LabelShare} {model.Draw} {model.Layer} {model.Strength} {checksum}");
            guarded.Closed = false;
            scores.AddRange(model.Measure(encoder, test, 2, cancellation).Select(score => score.Value));
            Assert.Equal(checksum, model.Checksum());
        }

        Assert.True(guarded.Looks >= images.Count);
        return ([.. models], [.. scores]);
    }

    private static ImageSet Unlabelled(ImageSet images) => new(images.Name, [.. Enumerable.Range(0, images.Count).Select(i => images[i])]);
}
