using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Tests.Augmentation;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection(typeof(TorchCollection))]
public class MethodLossEvaluatorTests
{
    private const int Batch = 8;

    public static TheoryData<string> Methods => [.. Tiny.Entries.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Measure_EveryMethod_IsRepeatableAndChangesNoState(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method(name);
        Dictionary<string, Tensor> before = method.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        IReadOnlyList<Measurement> first = Evaluator(Splits(Batch, Batch)).Measure(method, 3, Batch, TestContext.Current.CancellationToken);
        IReadOnlyList<Measurement> second = Evaluator(Splits(Batch, Batch)).Measure(
            method, 3, Batch, TestContext.Current.CancellationToken);
        Assert.Equal(
            [(3, Measure.Run, Measure.LossTrain), (3, Measure.Run, Measure.LossHeldOut)], first.Select(m => (m.Epoch, m.Layer, m.Name)));
        Assert.Equal(first, second);
        Assert.NotEqual(first[0].Value, first[1].Value);
        Assert.All(method.state_dict(), entry => Assert.True(entry.Value.eq(before[entry.Key]).all().item<bool>(), entry.Key));
    }

    [Fact]
    public void Measure_SameImagesOnBothSides_GivesTheDirectLossTwice()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits(Batch, Batch);
        ViewAugmenter augmenter = Sample.Normalising(name: "none");
        IReadOnlyList<Measurement> found = Evaluator(data with { Test = data.Train }, augmenter).Measure(
            method, 0, Batch, TestContext.Current.CancellationToken);
        ViewBatch plain = EvaluationBatches.Plain(data.Train, augmenter, Batch, 1, TestContext.Current.CancellationToken).Single();
        Tensor images = ImageTensor.FromPixels(plain.Pixels, Batch, plain.Size, plain.Channels, CPU);
        double direct = method.Loss(Views.Pair(cat([images, images])), new TrainingProgress(1, 1, 1, 1)).Total.item<float>();
        Assert.All(found, m => Assert.Equal(direct, m.Value, 1e-5));
        Assert.Equal(2, found.Count);
    }

    [Fact]
    public void Measure_FewerImagesThanABatch_GivesNothing()
    {
        using SslMethod method = Tiny.Method();
        Assert.Empty(Evaluator(Splits(Batch, Batch - 1)).Measure(method, 0, Batch, TestContext.Current.CancellationToken));
    }

    private static MethodLossEvaluator Evaluator(DataSplits data, ViewAugmenter? augmenter = null) =>
        new(EvaluatedImages.AtTheEnd(data), augmenter ?? Sample.Normalising(), new EvaluationOptions { RateImages = 2 * Batch }, 1, CPU);

    private static DataSplits Splits(int train, int test)
    {
        ImageSet images = Sample.Set(train + test);
        return new DataSplits(
            "noise", images.Subset("train", [.. Enumerable.Range(0, train)]), images.Subset("probe", []), images.Subset(
                "test", [.. Enumerable.Range(train, test)]), Tiny.ImageSize, "none", []);
    }
}
