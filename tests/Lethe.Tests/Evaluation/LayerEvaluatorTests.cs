using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using Lethe.Tests.Augmentation;
using Lethe.Tests.Evaluation.Protocols;
using Lethe.Tests.Methods;
using Lethe.Tests.Models;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection(typeof(TorchCollection))]
public class LayerEvaluatorTests
{
    private static readonly string[] layers = ["stem", "layer1", "layer2", "layer3", "layer4", "projector"];

    [Fact]
    public void Measure_Labelled_GivesTheNumbersOfDirectCalls()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits();
        EvaluationOptions options = new() { Neighbours = 5, KnnTemperature = 0.2, EpsilonSquared = 0.3, RateImages = 10 };

        // Without augmentation both views are the plain image.
        ViewAugmenter augmenter = Sample.Normalising(name: "none");
        IReadOnlyList<LayerQuality> found = Evaluator(data, options, augmenter).Measure(method, TestContext.Current.CancellationToken);
        Assert.Equal(layers, found.Select(quality => quality.Layer));
        Tensor[] train = Direct(method, augmenter, data.Train), probe = Direct(method, augmenter, data.Probe),
            test = Direct(method, augmenter, data.Test);
        for (int i = 0; i < layers.Length; i++)
        {
            Near(CodingRate.MeasureInstances(stack([train[i], train[i]]).narrow(1, 0, 10), 0.3), found[i].Trained);
            Near(CodingRate.MeasureInstances(stack([test[i], test[i]]).narrow(1, 0, 10), 0.3), found[i].HeldOut);
            Near(CodingRate.MeasureLabels(test[i], data.Test.Labels!, 0.3), found[i].Labels!);
            Assert.Equal(LinearProbe.Measure(probe[i], data.Probe.Labels!, test[i], data.Test.Labels!), found[i].Linear);
            Assert.Equal(
                KnnProbe.Measure(
                    probe[i], data.Probe.Labels!, test[i], data.Test.Labels!, new KnnProbeOptions { Neighbours = 5, Temperature = 0.2 }),
                found[i].Knn);
            IReadOnlyList<int> trainLabels = data.Train.Labels!;
            Assert.Equal(LinearProbe.Measure(probe[i], data.Probe.Labels!, train[i], trainLabels), found[i].LinearTrained);
            Assert.Equal(
                KnnProbe.Measure(
                    probe[i], data.Probe.Labels!, train[i], trainLabels, new KnnProbeOptions { Neighbours = 5, Temperature = 0.2 }),
                found[i].KnnTrained);
            Assert.Equal(LinearProbe.Measure(train[i], trainLabels, test[i], data.Test.Labels!), found[i].LinearSeenBank);
            Assert.Equal(
                KnnProbe.Measure(
                    train[i], trainLabels, test[i], data.Test.Labels!, new KnnProbeOptions { Neighbours = 5, Temperature = 0.2 }),
                found[i].KnnSeenBank);
            Assert.Equal(
                EffectiveRank.RankMe(cat([train[i].narrow(0, 0, 10), train[i].narrow(0, 0, 10)])), found[i].TrainedFeatures[EffectiveRank.Entry]!.Value, 1e-4);
            Assert.Equal(0, found[i].TrainedFeatures[AlignmentUniformity.AlignmentEntry]!.Value, 1e-9);
            Assert.Equal(AlignmentUniformity.Uniformity(test[i].narrow(0, 0, 10)), found[i].HeldOutFeatures[AlignmentUniformity.UniformityEntry]!.Value, 1e-4);
        }

        Assert.Equal([32, 32, 32, 32, 32, 8], found.Select(quality => quality.Trained.Dimension));
        Assert.All(found, quality => Assert.Equal((20, 12, 24), (quality.Trained.Rows, quality.Linear!.TestRows, quality.Knn!.BankRows)));
    }

    [Fact]
    public void Measure_Twice_GivesTheSameBitsForAnyThreads()
    {
        using SslMethod method = Tiny.Method();
        IReadOnlyList<LayerQuality> one = Evaluator(Splits()).Measure(method, TestContext.Current.CancellationToken);
        foreach (int threads in (int[])[1, 3])
        {
            IReadOnlyList<LayerQuality> again = Evaluator(Splits(), threads: threads).Measure(method, TestContext.Current.CancellationToken);
            Assert.Equal(Numbers(one), Numbers(again));
        }

        static IEnumerable<Measurement> Numbers(IReadOnlyList<LayerQuality> layers) => layers.SelectMany(layer => layer.Measurements(0));

        Assert.All(one, quality => Assert.True(quality.Trained.ConditionalRate > 0 && quality.Trained.Reduction > 0));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("test only")]
    [InlineData("probe only")]
    [InlineData("one class")]
    public void Measure_WithoutUsableLabels_GivesRatesAlone(string labels)
    {
        DataSplits data = Splits();
        ImageSet unlabelledProbe = Unlabelled(data.Probe), unlabelledTest = Unlabelled(data.Test);
        data = labels switch
        {
            "none" => data with { Probe = unlabelledProbe, Test = unlabelledTest },
            "test only" => data with { Probe = unlabelledProbe },
            "probe only" => data with { Test = unlabelledTest },
            _ => data with { Probe = Relabelled(data.Probe, _ => 1) },
        };
        using SslMethod method = Tiny.Method();
        IReadOnlyList<LayerQuality> found = Evaluator(data).Measure(method, TestContext.Current.CancellationToken);
        Assert.All(found, quality => Assert.Equal((null, null, null), (quality.Labels, quality.Linear, quality.Knn)));
        Assert.All(found, quality => Assert.Equal((null, null), (quality.LinearTrained, quality.KnnTrained)));
        Assert.All(found, quality => Assert.Equal((null, null), (quality.LinearSeenBank, quality.KnnSeenBank)));
        string[] names = [.. found[0].Measurements(3).Select(measurement => measurement.Name)];
        Assert.Equal(17, names.Length);
        Assert.DoesNotContain(
            names, name => name.Contains("ccuracy", StringComparison.Ordinal) || name.StartsWith("label", StringComparison.Ordinal));
        Assert.All(found, quality => Assert.True(quality.HeldOut.Rate > 0));
    }

    /// <summary>Neither the labels nor the pixels of the test part take part in fitting.</summary>
    [Fact]
    public void Measure_OtherTestPart_ChoosesTheSameProbes()
    {
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits();
        IReadOnlyList<LayerQuality> before = Evaluator(data).Measure(method, TestContext.Current.CancellationToken);
        IReadOnlyList<LayerQuality> labels = Evaluator(data with { Test = Relabelled(data.Test, label => 1 - label) }).Measure(
            method, TestContext.Current.CancellationToken);
        IReadOnlyList<LayerQuality> pixels = Evaluator(data with { Test = Labelled(9, 12) }).Measure(
            method, TestContext.Current.CancellationToken);
        for (int i = 0; i < layers.Length; i++)
        {
            foreach (LayerQuality other in new[] { labels[i], pixels[i] })
            {
                Assert.Equal(
                    (before[i].Linear!.Strength, before[i].Linear!.ValidationAccuracy),
                    (other.Linear!.Strength, other.Linear.ValidationAccuracy));
                Assert.Equal(before[i].Trained, other.Trained);
            }

            Assert.Equal(1 - before[i].Linear!.Accuracy, labels[i].Linear!.Accuracy, 1e-12);
            Assert.Equal(1 - before[i].Knn!.Accuracy, labels[i].Knn!.Accuracy, 1e-12);
            Assert.Equal(1 - before[i].LinearSeenBank!.Accuracy, labels[i].LinearSeenBank!.Accuracy, 1e-12);
            Assert.Equal(before[i].HeldOut, labels[i].HeldOut);
        }

        Assert.NotEqual(before[4].HeldOut, pixels[4].HeldOut);
    }

    [Fact]
    public void Measure_AMethod_LeavesItAsItWasAndReadyToTrain()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method(), untouched = Tiny.Method();
        method.train();
        SortedDictionary<string, string> before = Tiny.Bits(method);
        Evaluator(Splits()).Measure(method, TestContext.Current.CancellationToken);
        Assert.False(method.training);
        Assert.Equal(before, Tiny.Bits(method));
        Assert.All(method.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.grad is null));
        Assert.True(is_grad_enabled());
        foreach (SslMethod each in (SslMethod[])[method, untouched])
        {
            each.train();
            each.Loss(Views.Pair(Tiny.Images(8)), new TrainingProgress(0, 1, 0, 0)).Total.backward();
        }

        Assert.Equal(Tiny.Bits(untouched), Tiny.Bits(method));
        Assert.True(Tiny.RelativeError(method.parameters().Select(p => p.grad!), untouched.parameters().Select(p => p.grad!)) < 1e-6);
    }

    [Fact]
    public void Measure_OneTestImage_IsMeasured()
    {
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits() with { Test = Labelled(3, 1) };
        IReadOnlyList<LayerQuality> found = Evaluator(data).Measure(method, TestContext.Current.CancellationToken);
        Assert.Equal((1, 2), (found[0].Linear!.TestRows, found[0].HeldOut.Rows));
        Assert.Equal(
            (null, null, null), (found[0].HeldOutFeatures[Lidar.Entry], found[0].HeldOutFeatures[AlignmentUniformity.UniformityEntry], found[0].HeldOutFeatures[AlphaReq.Entry]));
    }

    [Fact]
    public void Measure_TrainWithoutLabels_GivesAccuraciesOfTestImagesAlone()
    {
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits();
        IReadOnlyList<LayerQuality> found = Evaluator(data with { Train = Unlabelled(data.Train) }).Measure(
            method, TestContext.Current.CancellationToken);
        Assert.All(
            found, quality => Assert.Equal((true, null, null), (quality.Linear is not null, quality.LinearTrained, quality.KnnTrained)));
        Assert.All(found, quality => Assert.Equal((null, null), (quality.LinearSeenBank, quality.KnnSeenBank)));
    }

    /// <summary>
    /// In training each half of the probe images is labelled by a fit of the other, image by image as direct calls do it, and the seen bank
    /// has as many images as a half.
    /// </summary>
    [Fact]
    public void Measure_InTraining_FitsEachHalfOfTheProbeImagesOnTheOther()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits();
        ViewAugmenter augmenter = Sample.Normalising(name: "none");
        var images = EvaluatedImages.InTraining(data);
        EvaluationOptions options = new() { Neighbours = 5, KnnTemperature = 0.2, RateImages = 10 };
        IReadOnlyList<LayerQuality> found = new LayerEvaluator(images, augmenter, options, 1, CPU).Measure(
            method, TestContext.Current.CancellationToken);
        int[] one = images.Folds()[0].Fitted, other = images.Folds()[1].Fitted;
        Assert.Equal(Enumerable.Range(0, 24), one.Concat(other).Order());
        Assert.Equal(12, one.Length);
        Tensor[] probe = Direct(method, augmenter, data.Probe), train = Direct(method, augmenter, data.Train);
        IReadOnlyList<int> labels = data.Probe.Labels!;
        var knn = new KnnProbeOptions { Neighbours = 5, Temperature = 0.2 };
        for (int i = 0; i < layers.Length; i++)
        {
            Tensor features = probe[i];
            Tensor Rows(int[] places) => stack(places.Select(place => features[place]));
            int[] Labels(int[] places) => [.. places.Select(place => labels[place])];
            bool[] Hit(Func<Tensor, int[], Tensor, int[], double> accuracy) =>
            [
                .. Enumerable.Range(0, 24).Select(image =>
                {
                    int[] fitted = one.Contains(image) ? other : one;
                    return accuracy(Rows(fitted), Labels(fitted), Rows([image]), Labels([image])) == 1;
                }),
            ];
            bool[] linear = Hit((fit, of, row, label) => LinearProbe.Measure(fit, of, row, label).Accuracy);
            bool[] near = Hit((fit, of, row, label) => KnnProbe.Measure(fit, of, row, label, knn).Accuracy);
            Assert.Equal(linear, Hits.Unpack(found[i].Linear!.Hits));
            Assert.Equal(near, Hits.Unpack(found[i].Knn!.Hits));
            Assert.Equal(linear.Count(hit => hit) / 24.0, found[i].Linear!.Accuracy, 1e-12);
            Assert.Equal((12, 24), (found[i].Linear!.TrainRows, found[i].Linear!.TestRows));
            int[] seen =
            [
                .. Enumerable.Range(0, 20).GroupBy(place => data.Train.Labels![place])
                    .SelectMany(same => same.Take(Labels(one).Count(label => label == same.Key))).Order(),
            ];
            Tensor bank = stack(seen.Select(place => train[i][place]));
            int[] bankLabels = [.. seen.Select(place => data.Train.Labels![place])];
            Assert.Equal(LinearProbe.Measure(bank, bankLabels, features, labels), found[i].LinearSeenBank);
            Assert.Equal(KnnProbe.Measure(bank, bankLabels, features, labels, knn), found[i].KnnSeenBank);
            Assert.Equal(LinearProbe.Measure(Rows(one), Labels(one), bank, bankLabels), found[i].LinearTrained);
            Assert.Equal(
                found[i].Linear!.Hits, found[i].Measurements(1).Single(measured => measured.Name == Measure.LinearAccuracy).Hits);
        }
    }

    /// <summary>
    /// Halves without regard to classes would have more of a class where it is measured than where it is fitted, and accuracies too low.
    /// </summary>
    [Fact]
    public void Folds_InTraining_HalveEachClass()
    {
        DataSplits data = Splits();
        int[] labels = [.. Enumerable.Range(0, 24).Select(i => i < 5 ? 0 : i < 13 ? 1 : 2)];
        ImageSet probe = new("probe", [.. Enumerable.Range(0, 24).Select(i => data.Probe[i])], labels, ["a", "b", "c"]);
        var images = EvaluatedImages.InTraining(data with { Probe = probe });
        IReadOnlyList<(int[] Fitted, int[] Measured)> folds = images.Folds();
        Assert.Equal([folds[1].Measured, folds[0].Measured], (int[][])[folds[0].Fitted, folds[1].Fitted]);
        int[][] counts = [.. folds.Select(fold => Enumerable.Range(0, 3).Select(c => fold.Fitted.Count(i => labels[i] == c)).ToArray())];
        Assert.All(counts[0].Zip(counts[1]), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        Assert.Equal((12, 12), (counts[0].Sum(), counts[1].Sum()));
        Assert.Equal(folds[0].Fitted, images.Folds()[0].Fitted);
    }

    /// <summary>No test image is looked at, where there are labels; without, they are what is measured.</summary>
    [Fact]
    public void Measure_InTraining_LooksAtNoTestImageWhereThereAreLabels()
    {
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits();
        var guarded = new ProtocolSample.Guarded([.. Enumerable.Range(0, data.Test.Count).Select(i => data.Test[i])]);
        data = data with { Test = new ImageSet("test", guarded, data.Test.Labels, data.Test.ClassNames) };
        void Measured(DataSplits measured)
        {
            var images = EvaluatedImages.InTraining(measured);
            var options = new EvaluationOptions { RateImages = 8 };
            new LayerEvaluator(images, Sample.Normalising(), options, 1, CPU).Measure(method, TestContext.Current.CancellationToken);
            new MethodLossEvaluator(images, Sample.Normalising(), options, 1, CPU).Measure(
                method, 1, 8, TestContext.Current.CancellationToken);
        }

        guarded.Closed = true;
        Measured(data);
        Assert.Throws<InvalidOperationException>(() => Measured(data with { Probe = data.Probe.Subset("probe", []) }));
    }

    /// <summary>Halves of which one has a single class fit no probes; all that needs no fit is measured as ever.</summary>
    [Fact]
    public void Measure_ProbePartTooSmallToHalve_LeavesAccuraciesOut()
    {
        using SslMethod method = Tiny.Method();
        DataSplits data = Splits();
        ImageSet probe = data.Probe.Subset("probe", [0, 2, 4]);
        IReadOnlyList<LayerQuality> found = new LayerEvaluator(
            EvaluatedImages.InTraining(data with { Probe = probe }), Sample.Normalising(), new EvaluationOptions { RateImages = 8 }, 1, CPU)
            .Measure(method, TestContext.Current.CancellationToken);
        Assert.All(
            found, quality => Assert.Equal((true, null, null), (quality.Labels is not null, quality.Linear, quality.LinearSeenBank)));
        Assert.Equal(6, found[0].HeldOut.Rows);
    }

    /// <summary>LiDAR of views of its own is that of the features of those views; nothing else changes.</summary>
    [Fact]
    public void Measure_MoreLidarViews_ChangesLidarAlone()
    {
        using SslMethod method = Tiny.Method();
        IReadOnlyList<LayerQuality> two = Evaluator(Splits()).Measure(method, TestContext.Current.CancellationToken);
        IReadOnlyList<LayerQuality> five = Evaluator(Splits(), new EvaluationOptions { RateImages = 8, LidarViews = 5, LidarImages = 9 })
            .Measure(method, TestContext.Current.CancellationToken);
        Assert.All(two.Zip(five), pair =>
        {
            Assert.All(FeatureMeasures.All, measure => Assert.Equal(
                measure != Lidar.Entry, pair.First.TrainedFeatures[measure] == pair.Second.TrainedFeatures[measure]));
            Assert.Equal(pair.First.Trained, pair.Second.Trained);
            Assert.InRange(pair.Second.HeldOutFeatures[Lidar.Entry]!.Value, 0.99, 8.01);
        });
    }

    /// <summary>In evaluation batch-norm has running statistics, which may have run away where a loss on a batch is still finite.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1e38)]
    public void Measure_FeaturesNotFinite_SaysWhatANaNLossSays(double mean)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method();
        foreach ((string name, Tensor statistic) in method.state_dict())
        {
            if (name.EndsWith("layer3.0.bn1.running_mean", StringComparison.Ordinal))
                statistic.fill_(mean);
        }

        TrainingException error = Assert.Throws<TrainingException>(() => Evaluator(Splits(), new(), Sample.Normalising()).Measure(
            method, "epoch 3 of 5", "Lower --learning-rate", null, TestContext.Current.CancellationToken));
        Assert.True(error.Diverged);
        Assert.StartsWith("The features of layer", error.Message, StringComparison.Ordinal);
        Assert.Contains("not finite at epoch 3 of 5", error.Message, StringComparison.Ordinal);
        Assert.Contains("Lower --learning-rate", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Features of any finite size and rank have a value for every measure.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1e-30)]
    [InlineData(1e12)]
    public void Measure_WeightsOfAnySize_GivesFiniteNumbers(double factor)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method();
        using (no_grad())
        {
            foreach ((string name, Tensor weight) in method.state_dict())
            {
                if (name is "backbone.layer4.0.bn2.weight" or "backbone.layer4.0.downsample.1.weight")
                    weight.mul_(tensor((float)factor));
            }
        }

        Assert.All(
            Evaluator(Splits(), new(), Sample.Normalising()).Measure(method, TestContext.Current.CancellationToken)
                .SelectMany(quality => quality.Measurements(1)),
            measured => Assert.True(double.IsFinite(measured.Value), $"{measured.Layer} {measured.Name} {measured.Value}"));
    }

    [Fact]
    public void Measure_Cancelled_Stops()
    {
        using SslMethod method = Tiny.Method();
        Assert.ThrowsAny<OperationCanceledException>(() => Evaluator(Splits()).Measure(method, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Measurements_Labelled_AreInAFixedOrder()
    {
        using SslMethod method = Tiny.Method();
        LayerQuality quality = Evaluator(Splits()).Measure(method, TestContext.Current.CancellationToken)[4];
        Measurement[] found = [.. quality.Measurements(7)];
        Assert.All(found, measurement => Assert.Equal((7, "layer4"), (measurement.Epoch, measurement.Layer)));
        Assert.Equal(
            [
                quality.Trained.Reduction, quality.Trained.Rate, quality.HeldOut.Reduction, quality.HeldOut.Rate, quality.Collapse.Spread,
                quality.Collapse.Rank,
                quality.TrainedFeatures[EffectiveRank.Entry], quality.HeldOutFeatures[EffectiveRank.Entry], quality.TrainedFeatures[AlphaReq.Entry],
                quality.HeldOutFeatures[AlphaReq.Entry],
                quality.TrainedFeatures[Lidar.Entry], quality.HeldOutFeatures[Lidar.Entry], quality.TrainedFeatures[AlignmentUniformity.AlignmentEntry],
                quality.HeldOutFeatures[AlignmentUniformity.AlignmentEntry],
                quality.TrainedFeatures[AlignmentUniformity.UniformityEntry], quality.HeldOutFeatures[AlignmentUniformity.UniformityEntry], quality.Labels!.Reduction, quality.Labels.Rate,
                quality.Linear!.Accuracy, quality.LinearTrained!.Accuracy, quality.Knn!.Accuracy, quality.KnnTrained!.Accuracy,
                quality.LinearSeenBank!.Accuracy, quality.KnnSeenBank!.Accuracy, quality.MembershipAuc,
            ],
            found.Select(measurement => (double?)measurement.Value));
        Assert.Equal(found.Length, found.Select(measurement => measurement.Name).Distinct().Count());
    }

    [Fact]
    public void Collect_AnyBatchSize_KeepsTheOrderOfImagesAndViews()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method();
        ViewAugmenter augmenter = Sample.Normalising();
        ImageSet images = Sample.Set(7);
        var small = LayerFeatures.Collect(
            method, EvaluationBatches.FixedViews(images, augmenter, 3, 1, 1, cancellation: TestContext.Current.CancellationToken), CPU,
            TestContext.Current.CancellationToken);
        var whole = LayerFeatures.Collect(
            method, EvaluationBatches.FixedViews(images, augmenter, 7, 1, 1, cancellation: TestContext.Current.CancellationToken), CPU,
            TestContext.Current.CancellationToken);
        Assert.Equal(layers, small.Keys);
        foreach (string layer in layers)
        {
            Assert.Equal([2, 7, layer == "projector" ? 8 : 32], small[layer].shape);
            Assert.True(Tiny.RelativeError([small[layer]], [whole[layer]]) < 1e-5, layer);
            Assert.False(small[layer].requires_grad);
        }
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        static string Message(EvaluationOptions options) => Assert.Throws<InvalidOptionException>(options.Validate).Message;
        new EvaluationOptions().Validate();
        Assert.Contains("--rate-images", Message(new() { RateImages = 1 }), StringComparison.Ordinal);
        Assert.Contains("--lidar-views", Message(new() { LidarViews = 1 }), StringComparison.Ordinal);
        Assert.Contains("--lidar-images", Message(new() { LidarImages = 1 }), StringComparison.Ordinal);
        Assert.Contains("--epsilon-squared", Message(new() { EpsilonSquared = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("--neighbours", Message(new() { Neighbours = 0 }), StringComparison.Ordinal);
        Assert.Contains("--knn-temperature", Message(new() { KnnTemperature = 0 }), StringComparison.Ordinal);
    }

    private static LayerEvaluator Evaluator(
        DataSplits data, EvaluationOptions? options = null, ViewAugmenter? augmenter = null, int threads = 1) =>
        new(
            EvaluatedImages.AtTheEnd(data), augmenter ?? Sample.Normalising(), options ?? new EvaluationOptions { RateImages = 8 }, threads,
            CPU);

    private static DataSplits Splits() => new("noise", Labelled(1, 20), Labelled(2, 24), Labelled(3, 12), 16, "none", []);

    /// <summary>Noise of two classes, the second of which is brighter.</summary>
    private static ImageSet Labelled(ulong seed, int count)
    {
        int[] labels = [.. Enumerable.Range(0, count).Select(i => (i / 2) % 2)];
        Image[] images =
        [
            .. labels.Select((label, i) =>
            {
                Image noise = Sample.Noise(16, 16, 3, RandomStream.Derive(seed, (ulong)i));
                return noise with { Pixels = noise.Pixels.ToArray().Select(value => (byte)(value / 2 + 40 * label)).ToArray() };
            }),
        ];
        return new ImageSet("noise", images, labels, ["dark", "bright"]);
    }

    private static ImageSet Unlabelled(ImageSet set) => new(set.Name, [.. Enumerable.Range(0, set.Count).Select(i => set[i])]);

    private static ImageSet Relabelled(ImageSet set, Func<int, int> relabel) =>
        new(set.Name, [.. Enumerable.Range(0, set.Count).Select(i => set[i])], [.. set.Labels!.Select(relabel)], set.ClassNames);

    private static Tensor[] Direct(SslMethod method, ViewAugmenter augmenter, ImageSet images)
    {
        method.eval();
        using IDisposable frozen = no_grad();
        float[] pixels = new float[images.Count * augmenter.Length];
        for (int i = 0; i < images.Count; i++)
            augmenter.RenderPlain(images[i], pixels.AsSpan(i * augmenter.Length, augmenter.Length));
        IReadOnlyList<Tensor> features = method.Backbone.ForwardLayers(ImageTensor.FromPixels(pixels, images.Count, 16, 3, CPU));
        return [.. features, method.Project(features[^1])];
    }

    private static void Near(CodingRateReduction expected, CodingRateReduction found)
    {
        Assert.Equal(expected.Rate, found.Rate, 1e-4);
        Assert.Equal(expected.ConditionalRate, found.ConditionalRate, 1e-4);
        Assert.Equal(
            (expected.Rows, expected.Dimension, expected.EpsilonSquared, expected.Partition),
            (found.Rows, found.Dimension, found.EpsilonSquared, found.Partition));
    }
}
