using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Umm.Hypergradients;
using Lethe.Umm.VolumeFactors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

[Collection(typeof(TorchCollection))]
public sealed class UmmTrainerTests : IDisposable
{
    private static readonly UmmOptions options = new() { Iterations = 7, BatchSize = 4, EvaluateIterations = 3, OuterOptimiser = "adam", OuterLearningRate = 1e-3, Hypergradient = "finite-difference" };

    private readonly TemporaryFolder folder = new();

    private string CheckpointPath => folder["last.safetensors"];

    public static TheoryData<string, string, bool> Cases() =>
        new MatrixTheoryData<string, string, bool>(["simclr", "vicreg"], ["stem", "layer1", "layer2", "layer3"], [false, true]);

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Train_EachSplit_MovesTheLateLayersAndNoBitOfTheEarlyOnes(string name, string split, bool control)
    {
        using SslMethod method = Tiny.Method(name);
        method.train();
        using (NewDisposeScope())
            method.Loss(Views.Pair(Tiny.Images(8)), new TrainingProgress(0, 1, 0, 0)); // statistics that are not those of a fresh network
        SortedDictionary<string, string> before = Tiny.Bits(method);
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, options with { Split = split, Iterations = 3 }, control, 3, CPU);
        trainer.Train(cancellation: TestContext.Current.CancellationToken);
        SortedDictionary<string, string> after = Tiny.Bits(method);
        string[] frozen = split switch
        {
            "stem" => ["backbone.conv1", "backbone.bn1"],
            "layer1" => ["backbone.conv1", "backbone.bn1", "backbone.layer1."],
            "layer2" => ["backbone.conv1", "backbone.bn1", "backbone.layer1.", "backbone.layer2."],
            _ => ["backbone.conv1", "backbone.bn1", "backbone.layer1.", "backbone.layer2.", "backbone.layer3."],
        };
        Assert.All(
            before,
            entry =>
                Assert.Equal(frozen.Any(part => entry.Key.StartsWith(part, StringComparison.Ordinal)), after[entry.Key] == entry.Value));
    }

    /// <summary>What a step says of itself, and what it adds to the method's queue.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_TheThird_CountsOnFromPretrainingAndSumsItsLosses(bool control)
    {
        using SslMethod method = Tiny.DoubleMethod("moco");
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, options, control, 3, CPU, epochsBefore: 5);
        string Queue() => Assert.Single(Tiny.Bits(method), entry => entry.Key.EndsWith("written", StringComparison.Ordinal)).Value;
        string before = Queue();
        trainer.State.Step = 2;
        double loss = trainer.Descend(Tiny.Images(8, ScalarType.Float64));
        Assert.Equal(5 + (3.0 / loader.StepsPerEpoch), trainer.State.Epoch, 1e-12);
        Assert.Equal((loss, 1), (trainer.State.Sums[Measure.LevelTwoLoss], trainer.State.SumCount));
        string[] ofBoth = [Measure.BatchReduction, Measure.LevelTwoLoss, Measure.Loss];
        string[] ofLevelOne = [Measure.JensenShannon, Measure.LevelOneLoss, Measure.VolumeSpread];
        Assert.Equal(ofBoth.Concat(control ? [] : ofLevelOne).Order(StringComparer.Ordinal), trainer.State.Sums.Keys);
        Assert.NotEqual(before, Queue());
    }

    [Fact]
    public void Create_OptionsThatCannotBe_AreRefused()
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader();
        Assert.Throws<InvalidOptionException>(() => new UmmTrainer(method, loader, options with { Alpha = -1 }, control: false, 3, CPU));
    }

    public static TheoryData<string, string> Choices() =>
        new MatrixTheoryData<string, string>([.. VolumeFactor.Names], [.. Hypergradient.Names]);

    [Theory]
    [MemberData(nameof(Choices))]
    public void Train_EachVolumeAndHypergradient_IsAblationOfItsOwnAndLeavesTheEarlyPart(string volume, string hypergradient)
    {
        UmmOptions choice = options with { Volume = volume, Hypergradient = hypergradient, Probes = 2 };
        SortedDictionary<string, string> before = Tiny.Bits(Tiny.Method()), after = Weights(choice);
        Assert.Equal(Frozen(before), Frozen(after));
        Assert.Equal(after, Weights(choice));
        Assert.NotEqual(after, Weights(choice with { Volume = VolumeFactor.Names.First(name => name != volume) }));
        Assert.NotEqual(after, Weights(choice with { Hypergradient = Hypergradient.Names.First(name => name != hypergradient) }));

        static string[] Frozen(SortedDictionary<string, string> bits) => [.. bits
            .Where(
                entry => new[] { "conv1", "bn1", "layer1", "layer2" }.Any(
                    part => entry.Key.StartsWith($"backbone.{part}", StringComparison.Ordinal)))
            .Select(entry => entry.Key + entry.Value)];
    }

    /// <summary>One step of SGD from rest is φ − η₂·g: g is put together by hand from the two levels.</summary>
    [Theory]
    [InlineData("simclr", "first-order", 0.5, 10)]
    [InlineData("simclr", "finite-difference", 0.5, 10)]
    [InlineData("vicreg", "finite-difference", 0.5, 10)]
    [InlineData("simclr", "finite-difference", 0, 10)]
    [InlineData("simclr", "finite-difference", 0.5, 0)]
    [InlineData("simclr", "first-order", 0, 0)]
    public void Step_Bilevel_IsTheHandWrittenStep(string name, string hypergradient, double alpha, double beta)
    {
        UmmOptions one =
            options with { Hypergradient = hypergradient, Alpha = alpha, Beta = beta, OuterOptimiser = "sgd", InnerLearningRate = 0.05 };
        using var slow = new SmallProblem(one, name, images: 4);
        using SslMethod method = Tiny.DoubleMethod(name);
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, one, control: false, 3, CPU);
        double reported = trainer.Descend(Tiny.Images(8, ScalarType.Float64));

        double jensenShannon, reduction, loss;
        Tensor[] hyper;
        using (BatchNormStatistics.Hold(slow.Method))
        using (var start = new ParameterValues(slow.Parameters))
        {
            Tensor[] LevelOne(out double divergence)
            {
                Tensor ssl = slow.Method.Loss(Views.Pair(slow.Early, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0)).Total;
                Tensor volume = Gradients.Of(ssl, [slow.Early], createGraph: true)[0].flatten(1).norm(1);
                Tensor js = DistributionAlignment.JensenShannonToUniform(volume.log());
                divergence = Tiny.Value(js);
                return Gradients.Of(beta > 0 ? ssl + beta * js : ssl, slow.Parameters);
            }

            start.Shift(LevelOne(out jensenShannon), -0.05);
            MethodLoss two = slow.Method.Loss(Views.Pair(slow.Early, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0));
            Tensor rate = CodingRate.InstanceReduction(two.Features.narrow(0, 0, 4), two.Features.narrow(0, 4, 4), 0.5);
            reduction = Tiny.Value(rate);
            Tensor objective = two.Total - alpha * rate / CodingRate.UpperBound(8, 32, 0.5);
            loss = Tiny.Value(objective);
            hyper = Gradients.Of(objective, slow.Parameters);
            start.Restore();
            if (hypergradient == FiniteDifference.Name)
            {
                double epsilon = 0.01 / Math.Sqrt(SmallProblem.Dot(hyper, hyper));
                start.Shift(hyper, epsilon);
                Tensor[] ahead = LevelOne(out _);
                start.Restore();
                start.Shift(hyper, -epsilon);
                Tensor[] behind = LevelOne(out _);
                start.Restore();
                hyper = [.. hyper.Select((v, i) => v - 0.05 * (ahead[i] - behind[i]) / (2 * epsilon))];
            }
        }

        using (NewDisposeScope())
        {
            Tensor[] moved = [.. method.parameters().Where(p => p.requires_grad).Zip(slow.Parameters, (p, q) => (q - p) / 1e-3)];
            Assert.True(Tiny.RelativeError(moved, hyper) < 1e-6);
        }

        Assert.Equal(loss, reported, 1e-9);
        var means = trainer.State.Means().ToDictionary(mean => mean.Name, mean => mean.Mean);
        Assert.Equal(jensenShannon, means[Measure.JensenShannon], 1e-9);
        Assert.Equal(reduction, means[Measure.BatchReduction], 1e-9);
        Assert.Equal(loss, means[Measure.LevelTwoLoss], 1e-9);
        Assert.True(means[Measure.VolumeSpread] > 0);
    }

    public static TheoryData<string, string> SecondOrders() =>
        new MatrixTheoryData<string, string>([JacobianVolume.Name, JacobianNorm.Name], [FiniteDifference.Name, Exact.Name]);

    /// <summary>
    /// The Jacobians read the running statistics, and level two moves them: a step of SGD is nonetheless by the slope of the whole
    /// objective at the statistics of its beginning.
    /// </summary>
    [Theory]
    [MemberData(nameof(SecondOrders))]
    public void Step_VolumeOfRunningStatistics_IsTheSlopeAtThoseOfItsBeginning(string volume, string hypergradient)
    {
        UmmOptions one = options with
        {
            Volume = volume, Probes = 3, Hypergradient = hypergradient, FiniteDifferenceRadius = 1e-6,
            Beta = 5, InnerLearningRate = 0.1, OuterOptimiser = "sgd",
        };
        using var slow = new SmallProblem(one, images: 4, seed: RandomStream.Derive(3, 0));
        using SslMethod method = Tiny.DoubleMethod();
        SetStatistics(slow.Method);
        SetStatistics(method);
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, one, control: false, 3, CPU);
        trainer.Descend(Tiny.Images(8, ScalarType.Float64));

        using var scope = NewDisposeScope();
        IEnumerable<Tensor> trained = method.parameters().Where(parameter => parameter.requires_grad);
        Tensor[] moved = [.. trained.Zip(slow.Parameters, (after, before) => (before - after) / one.OuterLearningRate)];
        double length = Math.Sqrt(SmallProblem.Dot(moved, moved));
        foreach (Tensor[] direction in new[] { SmallProblem.Unit(moved), slow.Direction(1), slow.Direction(2) })
        {
            double expected = slow.Slope(direction, slow.Whole, 1e-7);
            Assert.Equal(expected, SmallProblem.Dot(moved, direction), 1e-7 * Math.Abs(expected) + 1e-8 * length);
        }

        // Far from those of the batch, so that one pass changes them much.
        static void SetStatistics(SslMethod some)
        {
            foreach ((string name, Tensor buffer) in some.Backbone.named_buffers())
            {
                if (name.StartsWith("layer4", StringComparison.Ordinal) && name.EndsWith("running_var", StringComparison.Ordinal))
                    buffer.fill_(0.05);
            }
        }
    }

    /// <summary>First order makes one pass after level one and no other, so that its statistics are those of level two.</summary>
    [Theory]
    [MemberData(nameof(SecondOrders))]
    public void Step_SecondOrder_MovesRunningStatisticsByLevelTwoAlone(string volume, string hypergradient)
    {
        SortedDictionary<string, string> Statistics(UmmOptions options)
        {
            using SslMethod method = Tiny.Method("byol");
            using ViewLoader loader = Tiny.Loader();
            using var trainer = new UmmTrainer(method, loader, options with { Volume = volume, Probes = 2 }, control: false, 3, CPU);
            trainer.Descend(Tiny.Images(8));
            return Tiny.Bits(method.named_buffers().Select(buffer => KeyValuePair.Create(buffer.name, buffer.buffer)));
        }

        SortedDictionary<string, string> expected = Statistics(options with { Hypergradient = FirstOrder.Name });
        Assert.Contains("backbone.layer4.0.bn1.running_mean", expected.Keys);
        Assert.Equal(expected, Statistics(options with { Hypergradient = hypergradient }));
    }

    [Fact]
    public void Train_NoBetaOrCut_AreTheSameBitsAndAlignmentIsNot()
    {
        SortedDictionary<string, string> none = Weights(options with { Beta = 0 }), cut = Weights(options with { CutAlignment = true });
        Assert.Equal(none, cut);
        Assert.NotEqual(none, Weights(options));
        Assert.NotEqual(Weights(options with { Alpha = 0.5 }), Weights(options with { Alpha = 0.5, MinimiseReduction = true }));
        Assert.Equal(Weights(options with { Alpha = 0 }), Weights(options with { Alpha = 0, MinimiseReduction = true }));
        Assert.NotEqual(Weights(options), Weights(options with { Hypergradient = "first-order" }));
    }

    /// <summary>
    /// What one would write to go on with self-supervised learning above a frozen part. It is not the same bits, since batch-norm is folded
    /// into the trainer's early part; Adam makes more of the difference than SGD.
    /// </summary>
    [Theory]
    [InlineData("simclr", "adam")]
    [InlineData("vicreg", "sgd")]
    public void Train_Control_IsPlainContinuedLearning(string name, string optimiserName)
    {
        UmmOptions plain = options with { OuterOptimiser = optimiserName };
        using SslMethod method = Tiny.Method(name), slow = Tiny.Method(name);
        using ViewLoader loader = Tiny.Loader(), again = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, plain, control: true, 3, CPU);
        trainer.Train(cancellation: TestContext.Current.CancellationToken);

        Parameter[] frozen = [.. slow.Backbone.PartsUpTo(SplitPoint.Layer2).SelectMany(part => part.parameters())];
        foreach (Parameter parameter in frozen)
            parameter.requires_grad = false;
        using var optimiser = Optimiser.Create(optimiserName, slow.named_parameters(), 0, 0.9);
        int step = 0;
        for (int epoch = 0; epoch < 2; epoch++)
        {
            foreach (ViewBatch batch in again.Batches(epoch, cancellation: TestContext.Current.CancellationToken))
            {
                if (step++ == 7)
                    break;
                using var scope = NewDisposeScope();
                slow.train();
                foreach (var part in slow.Backbone.PartsUpTo(SplitPoint.Layer2))
                    part.eval();
                optimiser.ZeroGradients();
                slow.Loss(
                    Views.Pair(ImageTensor.FromPixels(batch.Pixels, 8, 16, 3, CPU)), new TrainingProgress(0, 1, 0, 0)).Total.backward();
                optimiser.Step(1e-3);
            }
        }

        using (NewDisposeScope())
        {
            Dictionary<string, Tensor> expected = slow.state_dict();
            foreach ((string key, Tensor value) in method.state_dict())
                Assert.True(Tiny.Value((value.to(ScalarType.Float64) - expected[key].to(ScalarType.Float64)).abs().max()) < 1e-5, key);
        }
    }

    [Fact]
    public void Train_ControlUnderAnyAblation_IsTheSame()
    {
        SortedDictionary<string, string> control = Weights(options, control: true);
        Assert.Equal(control, Weights(options with { Alpha = 5, Beta = 0, Hypergradient = "first-order" }, control: true));
        Assert.NotEqual(control, Weights(options with { Alpha = 0, Beta = 0 }));
    }

    [Theory]
    [InlineData("simclr", false)]
    [InlineData("vicreg", false)]
    [InlineData("simclr", true)]
    public void Train_InterruptedAnywhere_GoesOnBitForBit(string name, bool control)
    {
        var whole = Run(name, control, [], []);
        Assert.Equal(
            [0, 3, 6, 7],
            whole.Lines.Where(line => line.StartsWith("iteration", StringComparison.Ordinal)).Select(
                line => int.Parse(line.Split(' ')[1])));
        Assert.Equal(
            [1, 2, 4, 5],
            whole.Lines.Where(line => line.StartsWith("between", StringComparison.Ordinal)).Select(line => int.Parse(line.Split(' ')[1])));
        foreach ((int[] steps, int[] evaluations) in new (int[], int[])[] { ([1], []), ([4], []), ([5], []), ([7], []), ([], [0]), ([], [3]), ([], [7]), ([2, 3, 6], [0, 3, 6]) })
        {
            var found = Run(name, control, [.. steps], [.. evaluations]);
            Assert.Equal(whole.Weights, found.Weights);
            Assert.Equal(whole.Optimiser, found.Optimiser);
            Assert.Equal(whole.Lines, found.Lines);
        }
    }

    public static TheoryData<string> Variants() => ["share", "keep", "fresh", "adam", "normalised", "code", "all"];

    /// <summary>Whatever has state of its own (means of lengths, Adam's moments, a second batch) is in the checkpoint.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Train_EachVariant_IsAnotherTrainingAndGoesOnBitForBit(string variant)
    {
        UmmOptions plain = options with { Hypergradient = FirstOrder.Name };
        UmmOptions umm = variant switch
        {
            "share" => plain with { Dose = "share" },
            "keep" => plain with { LevelOne = "keep" },
            "fresh" => plain with { OuterBatch = "fresh" },
            "adam" => plain with { InnerStep = "adam" },
            "normalised" => plain with { InnerStep = "normalised" },
            "code" => plain with { RateConvention = "code" },
            _ => plain with { Dose = "share", LevelOne = "keep", OuterBatch = "fresh", InnerStep = "adam", RateConvention = "code" },
        };
        var whole = Run("simclr", false, [], [], umm: umm);
        Assert.NotEqual(Run("simclr", false, [], [], umm: plain).Weights, whole.Weights);
        var cut = Run("simclr", false, [1, 4], [3], umm: umm);
        Assert.Equal(whole.Weights, cut.Weights);
        Assert.Equal(whole.Optimiser, cut.Optimiser);
        Assert.Equal(whole.Lines, cut.Lines);
    }

    /// <summary>The heads go on, the loss is that of early features, and what is frozen keeps its bits, with every method.</summary>
    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Train_EachMethod_MovesLateLayersOnlyAndResumesBitForBit(string name)
    {
        using SslMethod method = Tiny.Method(name);
        using ViewLoader loader = Tiny.Loader(batchSize: 8);
        SortedDictionary<string, string> before = Tiny.Bits(method);
        using var trainer = new UmmTrainer(method, loader, options with { Iterations = 2 }, false, 3, CPU, epochsBefore: 30);
        var means = new Dictionary<string, double>();
        trainer.Train(
            (_, since) =>
            {
                foreach ((string measure, double mean) in since)
                    means[measure] = mean;
            },
            cancellation: TestContext.Current.CancellationToken);
        SortedDictionary<string, string> after = Tiny.Bits(method);
        string[] changed = [.. before.Keys.Where(key => before[key] != after[key])];
        Assert.DoesNotContain(
            changed,
            key => key.Contains("backbone.conv1", StringComparison.Ordinal) || key.Contains("backbone.bn1", StringComparison.Ordinal)
                || key.Contains("backbone.layer1", StringComparison.Ordinal));
        Assert.Contains("backbone.layer4.0.conv1.weight", changed);
        Assert.Contains(changed, key => key.StartsWith("projector", StringComparison.Ordinal));
        Assert.True(means[Measure.JensenShannon] is > 0 and < 0.7, $"{means[Measure.JensenShannon]}");
        Assert.True(double.IsFinite(means[Measure.LevelTwoLoss]) && means[Measure.VolumeSpread] > 0);

        var whole = Run(name, false, [], [], batchSize: 8);
        var cut = Run(name, false, [1], [3], batchSize: 8);
        Assert.Equal(whole.Weights, cut.Weights);
        Assert.Equal(whole.Lines, cut.Lines);
    }

    /// <summary>What is handed out adds up to every iteration once, however many a point stands for.</summary>
    [Theory]
    [InlineData(7, 3, 1, new[] { 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData(401, 0, 3, new[] { 3, 6, 9 })]
    public void Train_WithARecord_GivesTheMeansOfEachStretchOnce(int iterations, int evaluateEvery, int interval, int[] points)
    {
        UmmOptions course = options with { Iterations = iterations, EvaluateIterations = evaluateEvery };
        Assert.Equal(interval, course.RecordInterval());
        List<double> losses = [];
        List<(int Iteration, double Mean)> found = [];
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, course, control: true, 3, CPU);
        using var stop = new CancellationTokenSource();
        void Add(int iteration, IReadOnlyList<(string Name, double Mean)> means) =>
            found.AddRange(means.Where(mean => mean.Name == Measure.LevelTwoLoss).Select(mean => (iteration, mean.Mean)));
        void Stepped(TrainingMoment.StepTaken step)
        {
            losses.Add(step.Report.Loss);
            if (losses.Count == points[^1] && points[^1] < iterations)
                stop.Cancel();
        }

        try
        {
            trainer.Train(Add, stepped: Stepped, note: Add, cancellation: stop.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.True(points[^1] < iterations);
        }

        Assert.Equal(points, found.Select(point => point.Iteration));
        Assert.All(found, point => Assert.Equal(losses.Skip(point.Iteration - interval).Take(interval).Average(), point.Mean, 9));
    }

    [Fact]
    public void Train_NotFinite_NamesTheIteration()
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, options, control: false, 3, CPU);
        void Poison(TrainingMoment.StepTaken step)
        {
            using IDisposable frozen = no_grad();
            method.state_dict()["backbone.layer4.0.conv1.weight"].fill_(float.NaN);
        }

        Assert.Contains(
            "iteration 2 of UMM: 'ntXent' is NaN",
            Assert.Throws<TrainingException>(
                () => trainer.Train(stepped: Poison, cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_SixtySteps_KeepsTheNumberOfLiveTensors(bool control) => KeepsTensors(control, 60);

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Train_ThousandSteps_KeepsTensorsAndMemory()
    {
        (long atFirst, long atLast) = KeepsTensors(control: false, 1000);
        Assert.True(atLast < atFirst + (16 << 20), $"{atFirst >> 20} MiB after 200 steps, {atLast >> 20} MiB after 1000");
    }

    private static (long AtFirst, long AtLast) KeepsTensors(bool control, int steps)
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader(8);
        using var trainer = new UmmTrainer(
            method, loader, options with { Iterations = steps, EvaluateIterations = steps }, control, 3, CPU);
        List<long> counts = [], bytes = [];
        LiveTensors.Settle();
        trainer.Train(
            stepped: _ =>
            {
                counts.Add(LiveTensors.Count);
                bytes.Add(LiveTensors.ResidentBytes);
            },
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(steps, counts.Count);
        Assert.All(counts.Skip(2), count => Assert.Equal(counts[2], count));
        return (bytes[steps / 5], bytes[^1]);
    }

    private static SortedDictionary<string, string> Weights(UmmOptions options, bool control = false)
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, options with { Iterations = 2 }, control, 3, CPU);
        trainer.Train(cancellation: TestContext.Current.CancellationToken);
        return Tiny.Bits(method);
    }

    /// <summary>Fine-tunes; each time it is cancelled, a new method and trainer take up the checkpoint.</summary>
    private (SortedDictionary<string, string> Weights, SortedDictionary<string, string> Optimiser, List<string> Lines) Run(
        string name, bool control, List<int> cancelAtStep, List<int> cancelInEvaluation, int batchSize = 4, UmmOptions? umm = null)
    {
        File.Delete(CheckpointPath);
        List<string> lines = [];
        for (int attempt = 0; ; attempt++)
        {
            Assert.True(attempt < 20);
            using SslMethod method = Tiny.Method(name, seed: File.Exists(CheckpointPath) ? 77 + attempt : 1);
            using ViewLoader loader = Tiny.Loader(batchSize: batchSize);
            using var trainer = new UmmTrainer(method, loader, umm ?? options, control, 3, CPU);
            if (File.Exists(CheckpointPath))
                trainer.State = Checkpoint.Load(CheckpointPath, method, trainer.Optimiser, trainer.InnerOptimiser);
            lines.RemoveRange((int)trainer.State.MetricsLength, lines.Count - (int)trainer.State.MetricsLength);
            using var stop = new CancellationTokenSource();
            void Note(string point, IReadOnlyList<(string Name, double Mean)> means)
            {
                lines.Add(point);
                lines.AddRange(means.Select(mean => $"{mean.Name} {mean.Mean:R}"));
                trainer.State.MetricsLength = lines.Count;
            }

            try
            {
                trainer.Train(
                    (iteration, means) =>
                    {
                        if (cancelInEvaluation.Remove(iteration))
                            throw new OperationCanceledException();
                        method.eval();
                        Note($"iteration {iteration}", means);
                    },
                    () => Checkpoint.Save(CheckpointPath, method, trainer.Optimiser, trainer.State, trainer.InnerOptimiser),
                    step =>
                    {
                        if (cancelAtStep.Remove((int)step.Step))
                            stop.Cancel();
                    },
                    (iteration, means) => Note($"between {iteration}", means),
                    cancellation: stop.Token);
                Assert.Empty(cancelInEvaluation);
                return (Tiny.Bits(method), Tiny.Bits(trainer.Optimiser.State), lines);
            }
            catch (OperationCanceledException)
            {
                lines.Add("after the checkpoint");
            }
        }
    }
}
