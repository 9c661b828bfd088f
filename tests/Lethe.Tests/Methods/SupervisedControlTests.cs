using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class SupervisedControlTests
{
    private static readonly TrainingProgress start = new(0, 100, 0, 1);

    [Fact]
    public void Loss_Batch_IsTheMeanCrossEntropyOfBothViews()
    {
        using var scope = NewDisposeScope();
        using SupervisedControl method = Create();
        method.eval();
        long[] labels = [2, 0, 1];
        MethodLoss loss = method.Loss(Views.Pair(Tiny.Images(6)) with { Labels = tensor(labels) }, start);
        float[,] logits = (float[,])loss.Embeddings.detach().to(ScalarType.Float32).data<float>().ToNDArray();
        double expected = 0;
        for (int a = 0; a < 6; a++)
        {
            double sum = Enumerable.Range(0, 3).Sum(c => Math.Exp(logits[a, c]));
            expected -= Math.Log(Math.Exp(logits[a, labels[a % 3]]) / sum) / 6;
        }

        Assert.Equal(expected, Tiny.Value(loss.Total), 1e-5);
        Assert.Equal([6, 3], loss.Embeddings.shape);
    }

    [Fact]
    public void Loss_NoLabels_SaysWhatIsMissing()
    {
        using var scope = NewDisposeScope();
        using SupervisedControl method = Create();
        Assert.Contains(
            "labels", Assert.Throws<ArgumentException>(() => method.Loss(Views.Pair(Tiny.Images(6)), start)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_AFewSteps_Falls()
    {
        using var scope = NewDisposeScope();
        using SupervisedControl method = Create();
        using var optimiser = Optimiser.Create("adam", method.named_parameters(), 0, 0);
        Views views = Views.Pair(Tiny.Images(12)) with { Labels = tensor(new long[] { 2, 0, 1, 0, 2, 1 }) };
        var losses = new List<double>();
        for (int step = 0; step < 20; step++)
        {
            optimiser.ZeroGradients();
            Tensor loss = method.Loss(views, start).Total;
            loss.backward();
            optimiser.Step(3e-3);
            losses.Add(Tiny.Value(loss));
        }

        Assert.True(losses[^1] < 0.8 * losses[0], string.Join(" ", losses));
    }

    [Fact]
    public void Train_Labels_AreThoseOfTheLoadersImages()
    {
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 3)];
        SortedDictionary<string, string> After(IReadOnlyList<int> learnt)
        {
            using SupervisedControl method = Create();
            using ViewLoader loader = Tiny.Loader();
            using var trainer = new Pretrainer(method, loader, new TrainingOptions { Epochs = 1, BatchSize = 4 }, 3, CPU, learnt);
            TrainingLoop.Finish(trainer, TestContext.Current.CancellationToken);
            return Tiny.Bits(method);
        }

        Assert.Equal(After(labels), After(labels));
        Assert.NotEqual(After(labels), After([.. labels.Select(label => (label + 1) % 3)]));
    }

    [Fact]
    public void Undo_Labels_AreThoseOfTheLoadersImages()
    {
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 3)];
        SortedDictionary<string, string> After(IReadOnlyList<int> learnt)
        {
            using SupervisedControl method = Create();
            using ViewLoader loader = Tiny.Loader();
            using var trainer = new UmmTrainer(
                method, loader, new UmmOptions { Iterations = 2, BatchSize = 4 }, control: false, 3, CPU, labels: learnt);
            TrainingLoop.Finish(trainer, TestContext.Current.CancellationToken);
            return Tiny.Bits(method);
        }

        Assert.Equal(After(labels), After(labels));
        Assert.NotEqual(After(labels), After([.. labels.Select(label => (label + 1) % 3)]));
    }

    [Fact]
    public void Draw_Share_ChangesAsManyAsItSaysAndIsTheImagesOwn()
    {
        ImageSet images = Labelled(4000);
        int[] noisy = LabelNoise.Draw(images, 0.8, 5);
        int changed = Enumerable.Range(0, 4000).Count(i => noisy[i] != images.Labels![i]);
        Assert.InRange(changed / 4000.0, 0.72 - 0.03, 0.72 + 0.03); // a tenth of those drawn anew stay right
        Assert.Equal(images.Labels, LabelNoise.Draw(images, 0, 5));
        Assert.NotEqual(noisy, LabelNoise.Draw(images, 0.8, 6));
        ImageSet part = images.Subset("part", [7, 3000, 12]);
        Assert.Equal([noisy[7], noisy[3000], noisy[12]], LabelNoise.Draw(part, 0.8, 5));
        Assert.Equal(10, LabelNoise.Draw(images, 1, 5).Distinct().Count());
    }

    [Fact]
    public void Validate_NoiseWithoutLabels_NamesTheMethodThatTakesThem()
    {
        string message = Assert.Throws<InvalidOptionException>(new RunOptions { LabelNoise = 0.5 }.Validate).Message;
        Assert.Contains("--method supervised", message, StringComparison.Ordinal);
        (new RunOptions { Method = "supervised", MethodOptions = new SupervisedControlOptions(), LabelNoise = 0.5 }).Validate();
    }

    private static SupervisedControl Create() => new(new SupervisedControlOptions { Classes = 3 }, Tiny.Backbone());

    private static ImageSet Labelled(int count)
    {
        var pixel = new Image(new byte[] { 1 }, 1, 1, 1);
        return new ImageSet(
            "labelled", [.. Enumerable.Repeat(pixel, count)], [.. Enumerable.Range(0, count).Select(i => i % 10)],
            [.. Enumerable.Range(0, 10).Select(c => $"{c}")])
        {
            Items = [.. Enumerable.Range(0, count)],
        };
    }
}
