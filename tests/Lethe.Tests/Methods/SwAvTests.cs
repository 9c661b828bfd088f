using CsCheck;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class SwAvTests
{
    private static readonly TrainingProgress start = new(0, 100, 0, 1);

    [Fact]
    public void SwappedPrediction_AnyEmbeddings_IsTheSlowLossWithItsGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 5], Gen.Int[2, 4], Gen.Int[1, 5], Gen.Double[0.08, 1], Gen.Int[2, 4]).Sample(
            (seed, images, dimension, clusters, temperature, viewCount) =>
            {
                using var scope = NewDisposeScope();
                double[][,] z = [.. Enumerable.Range(0, viewCount).Select(v => Reference.Gaussian(seed + (ulong)v, images, dimension))];
                double[,] p = Reference.Gaussian(seed + 100, clusters, dimension);
                double[][,] codes = [.. z.Take(2).Select(view => SlowSwAv.Codes(SlowSwAv.Scores(view, p), 0.2, 3))];
                double Slow() => SlowSwAv.Loss([.. z.Select(view => SlowSwAv.Scores(view, p))], codes, temperature);

                Tensor[] views = [.. z.Select(view => tensor(view).requires_grad_())];
                Tensor prototypes = tensor(p).requires_grad_();
                Tensor[] scores = [.. views.Select(view => SwAv.Scores(view, prototypes))];
                Tensor loss = SwAv.SwappedPrediction(
                    scores, [.. scores.Take(2).Select(view => SinkhornKnopp.Codes(view, 0.2, 3))], temperature);
                Assert.Equal(Slow(), loss.item<double>(), 1e-9);

                if (Tiny.Value(cat([.. views, prototypes]).norm(1).min()) < 0.1)
                    return; // rows near zero have a gradient too steep for differences

                // The codes above stay as they are while the arrays move: what the gradient holds constant, the differences do too.
                double[] found = [.. Gradients.Of(loss, [.. views, prototypes]).SelectMany(gradient => gradient.data<double>().ToArray())];
                double[] expected =
                    [
                        .. z.Append(p).Chunk(2).SelectMany(
                            pair => SlowLoss.Gradient((_, _) => Slow(), pair[0], pair.Length > 1 ? pair[1] : new double[0, 0])),
                    ];
                Assert.Equal(expected.Length, found.Length);
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-6 * Math.Max(1, Math.Abs(expected[i])));
            },
            iter: 40, threads: 1);

    /// <summary>
    /// Equal scores: codes and predictions are uniform, and the cross-entropy of a view is log K, which ½ and ½ leave as it is.
    /// </summary>
    [Theory]
    [InlineData(2, 3)]
    [InlineData(4, 7)]
    public void SwappedPrediction_EqualScores_IsTheLogarithmOfThePrototypes(int viewCount, int clusters)
    {
        using var scope = NewDisposeScope();
        Tensor[] scores = [.. Enumerable.Range(0, viewCount).Select(_ => full(5, clusters, 0.4, dtype: ScalarType.Float64))];
        Assert.Equal(
            Math.Log(clusters),
            SwAv.SwappedPrediction(scores, [.. scores.Take(2).Select(view => SinkhornKnopp.Codes(view, 0.05, 3))], 0.1).item<double>(),
            1e-9);
    }

    /// <summary>
    /// One image, two prototypes, temperature 1: with log-softmax of the scores (0, log 3) = (log ¼, log ¾) and of (0, 0) = (log ½, log ½).
    /// The code of one view meets the scores of the other; a mean over the two codes and over the other views.
    /// </summary>
    [Fact]
    public void SwappedPrediction_OneImage_IsTheHandComputedNumber()
    {
        using var scope = NewDisposeScope();
        double log2 = Math.Log(2), log4 = Math.Log(4), log43 = Math.Log(4.0 / 3);
        Tensor one = tensor(new double[,] { { 0, Math.Log(3) } }), two = zeros(1, 2, dtype: ScalarType.Float64);
        Tensor codeOne = tensor(new double[,] { { 1, 0 } }), codeTwo = tensor(new double[,] { { 0.25, 0.75 } });
        double oneByTwo = 0.25 * log4 + 0.75 * log43;
        Assert.Equal((log2 + oneByTwo) / 2, SwAv.SwappedPrediction([one, two], [codeOne, codeTwo], 1).item<double>(), 1e-12);

        // A third view, equal to the first, predicts both codes.
        Assert.Equal(
            ((log2 + log4) / 2 + (oneByTwo + oneByTwo) / 2) / 2,
            SwAv.SwappedPrediction([one, two, one], [codeOne, codeTwo], 1).item<double>(), 1e-12);

        // A temperature of ½ doubles the scores: (0, log 9).
        Assert.Equal(
            (log2 + 0.25 * Math.Log(10) + 0.75 * Math.Log(10.0 / 9)) / 2,
            SwAv.SwappedPrediction([one, two], [codeOne, codeTwo], 0.5).item<double>(), 1e-12);
    }

    [Fact]
    public void Options_Defaults_AreThoseOfTheSpecification()
    {
        var options = new SwAvOptions();
        Assert.Equal((0.1, 0.05, 3), (options.Temperature, options.SinkhornEpsilon, options.SinkhornIterations));
        Assert.Equal((1, 0, 15), (options.FreezePrototypesEpochs, options.QueueLength, options.QueueStartEpoch));
    }

    [Fact]
    public void SwappedPrediction_ViewsSwappedOrImagesPermuted_IsTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 6, 4), second = Tiny.Gaussian(2, 6, 4), local = Tiny.Gaussian(3, 6, 4),
            order = tensor([3L, 1, 5, 0, 4, 2]);
        double loss = Loss(first, second, local);
        Assert.Equal(loss, Loss(second, first, local), 1e-12);
        Assert.Equal(loss, Loss(first.index_select(0, order), second.index_select(0, order), local.index_select(0, order)), 1e-12);
        Assert.NotEqual(loss, Loss(first, second.index_select(0, order), local), 1e-3);
        Assert.NotEqual(loss, Loss(first, local, second), 1e-3);

        static double Loss(params Tensor[] scores) =>
            SwAv.SwappedPrediction(scores, [.. scores.Take(2).Select(view => SinkhornKnopp.Codes(view, 0.5, 3))], 0.5).item<double>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1e30)]
    public void Loss_Collapsed_IsFiniteWithItsGradient(double value)
    {
        using var scope = NewDisposeScope();
        Tensor rows = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(),
            prototypes = Tiny.Gaussian(1, 5, 3).to(ScalarType.Float32).requires_grad_();
        Tensor scores = SwAv.Scores(rows, prototypes);
        Tensor loss = SwAv.SwappedPrediction([scores, scores], [SinkhornKnopp.Codes(scores, 0.05, 3)], 0.1);
        Assert.True(double.IsFinite(Tiny.Value(loss)));
        Assert.All(Gradients.Of(loss, [rows, prototypes]), gradient => Assert.True(gradient.isfinite().all().item<bool>()));
    }

    [Fact]
    public void SwappedPrediction_Codes_CarryNoGradient()
    {
        using var scope = NewDisposeScope();
        Tensor codes = ones(2, 3).requires_grad_();
        Tensor loss = SwAv.SwappedPrediction([ones(2, 3).requires_grad_(), ones(2, 3)], [codes, codes], 1);
        Assert.Equal(0, Tiny.Value(Gradients.Of(loss, [codes])[0].abs().sum()));
    }

    [Fact]
    public void ScoresAndSwappedPrediction_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string OfScores(Tensor z, Tensor p) => Assert.Throws<ArgumentException>(() => SwAv.Scores(z, p)).Message;
        Assert.Contains("found [4] and [3, 4]", OfScores(ones(4), ones(3, 4)), StringComparison.Ordinal);
        Assert.Contains("found [4, 2] and [3, 4]. Flatten", OfScores(ones(4, 2), ones(3, 4)), StringComparison.Ordinal);
        string Message(Tensor[] scores, Tensor[] codes) =>
            Assert.Throws<ArgumentException>(() => SwAv.SwappedPrediction(scores, codes, 1)).Message;
        Tensor fine = ones(4, 3);
        Assert.Contains("at least two views", Message([fine], [fine]), StringComparison.Ordinal);
        Assert.Contains("found 2 and 3", Message([fine, fine], [fine, fine, fine]), StringComparison.Ordinal);
        Assert.Contains("found 2 and 0", Message([fine, fine], []), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4, 1]. Give", Message([fine, ones(4, 1)], [fine]), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [1, 3]", Message([fine, fine], [ones(1, 3)]), StringComparison.Ordinal);
        Assert.Contains("found [4] and [4]", Message([ones(4), ones(4)], [ones(4)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Loss_OfViews_IsTheSlowLossOfTheProjections(int localViews)
    {
        using var scope = NewDisposeScope();
        using SwAv method = Double(new SwAvOptions { SinkhornEpsilon = 0.1 });
        method.eval();
        Tensor images = Tiny.Images(10, ScalarType.Float64),
            local = Tiny.Images(5 * Math.Max(1, localViews), ScalarType.Float64, seed: 2)[.., .., 2..14, 3..15];
        MethodLoss loss = method.Loss(new Views(localViews == 0 ? [images] : [images, local], 5, SplitPoint.Input), start);

        double[,] prototypes = Rows(method.get_parameter("prototypes")!);
        List<double[,]> scores =
            [.. Projections(images).Concat(localViews == 0 ? [] : Projections(local)).Select(z => SlowSwAv.Scores(z, prototypes))];
        Assert.Equal(2 + localViews, scores.Count);
        double expected = SlowSwAv.Loss(scores, [.. scores.Take(2).Select(view => SlowSwAv.Codes(view, 0.1, 3))], 0.1);
        Assert.Equal(expected, loss.Total.item<double>(), 1e-9);
        Assert.Equal(["swappedPrediction"], loss.Terms.Select(term => term.Name));
        Assert.Equal([10, method.Backbone.FeatureDimension], loss.Features.shape);
        Assert.Equal(Rows(method.Project(method.Backbone.forward(images))), Rows(loss.Embeddings), Close);
        Assert.Null(loss.Commit);

        IEnumerable<double[,]> Projections(Tensor pixels) => method.Project(method.Backbone.forward(pixels)).split(5).Select(Rows);
    }

    /// <summary>The backbone's batch-norm sees the sizes apart, the projector's all views together.</summary>
    [Fact]
    public void Loss_LocalViews_ShareTheProjectorsBatchNorm()
    {
        using var scope = NewDisposeScope();
        using SwAv method = Double(new SwAvOptions());
        using BatchNormStatistics held = BatchNormStatistics.Hold(method);
        Tensor images = Tiny.Images(8, ScalarType.Float64), local = Tiny.Images(8, ScalarType.Float64, seed: 2)[.., .., ..12, ..12];
        MethodLoss loss = method.Loss(new Views([images, local], 4, SplitPoint.Input), start);
        Tensor full = method.Backbone.forward(images);
        Assert.Equal(Rows(full), Rows(loss.Features), Close);
        Assert.Equal(Rows(method.Project(cat([full, method.Backbone.forward(local)])).narrow(0, 0, 8)), Rows(loss.Embeddings), Close);
        Assert.Equal([8, 8], loss.Embeddings.shape);
    }

    [Fact]
    public void Loss_Frozen_LeavesPrototypesWithoutGradient()
    {
        using var scope = NewDisposeScope();
        using SwAv method = Double(new SwAvOptions { FreezePrototypesEpochs = 2 });
        Views views = Views.Pair(Tiny.Images(8, ScalarType.Float64));
        Tensor prototypes = method.get_parameter("prototypes")!;
        foreach ((double epoch, bool frozen) in new[] { (0, true), (1.99, true), (2.0, false), (7, false) })
        {
            MethodLoss loss = method.Loss(views, start with { Epoch = epoch });
            Assert.Equal(frozen, Tiny.Value(Gradients.Of(loss.Total, [prototypes])[0].abs().sum()) == 0);
        }

        Assert.True(prototypes.requires_grad);
    }

    [Fact]
    public void AfterStep_MovedPrototypes_AreOfLengthOneAgain()
    {
        using var scope = NewDisposeScope();
        using SwAv method = Double(new SwAvOptions());
        Tensor prototypes = method.get_parameter("prototypes")!, direction;
        Assert.True((prototypes.norm(1) - 1).abs().max().item<double>() < 1e-6); // from the start, made in single precision
        using (no_grad())
        {
            prototypes.mul_(arange(1, 7, ScalarType.Float64).unsqueeze(1));
            direction = prototypes / prototypes.norm(1, keepdim: true);
        }

        method.AfterStep(start with { Step = 1 });
        Assert.Equal(Rows(direction), Rows(method.get_parameter("prototypes")!), Close);
        Assert.True(method.get_parameter("prototypes")!.requires_grad);
    }

    [Fact]
    public void Commit_Queue_TakesNormalisedEmbeddingsOfEachViewIntoItsOwn()
    {
        using var scope = NewDisposeScope();
        using SwAv method = Double(new SwAvOptions { QueueLength = 6 });
        SortedDictionary<string, string> before = Tiny.Bits(
            method.state_dict().Where(entry => entry.Key.StartsWith("queue", StringComparison.Ordinal)));
        Assert.Equal(["queue1.rows", "queue1.written", "queue2.rows", "queue2.written"], before.Keys);
        MethodLoss loss = method.Loss(Views.Pair(Tiny.Images(8, ScalarType.Float64)), start);
        Assert.Equal(before, Tiny.Bits(method.state_dict().Where(entry => before.ContainsKey(entry.Key))));
        loss.Commit!();
        Tensor embeddings = nn.functional.normalize(loss.Embeddings);
        for (int view = 0; view < 2; view++)
        {
            Tensor rows = method.state_dict()[$"queue{view + 1}.rows"].to(ScalarType.Float64);
            Assert.True((rows.narrow(0, 0, 4) - embeddings.narrow(0, 4 * view, 4)).abs().max().item<double>() < 1e-6);
            Assert.Equal(4, method.state_dict()[$"queue{view + 1}.written"].item<long>());
        }
    }

    [Fact]
    public void Loss_Queue_TakesPartInCodesOnceFullAndAtItsEpochWithTheCurrentPrototypes()
    {
        using var scope = NewDisposeScope();
        using SwAv method = Double(new SwAvOptions { QueueLength = 7, QueueStartEpoch = 3, SinkhornEpsilon = 0.1 });
        method.eval();
        TrainingProgress late = start with { Epoch = 3 };
        void Commit(ulong seed) => method.Loss(Views.Pair(Tiny.Images(8, ScalarType.Float64, seed)), start).Commit!();
        Views views = Views.Pair(Tiny.Images(8, ScalarType.Float64, seed: 9));
        double alone = Expected(queued: false);
        Commit(1);
        Assert.Equal(alone, method.Loss(views, late).Total.item<double>(), 1e-9); // 4 of 7: not full
        Commit(2);
        using (no_grad())
            method.get_parameter("prototypes")!.add_(Tiny.Gaussian(5, 6, 8)); // the queue keeps embeddings, not scores
        alone = Expected(queued: false);
        double together = Expected(queued: true);
        Assert.NotEqual(alone, together, 1e-3);
        Assert.Equal(alone, method.Loss(views, start with { Epoch = 2.9 }).Total.item<double>(), 1e-9);
        Assert.Equal(together, method.Loss(views, late).Total.item<double>(), 1e-9);

        double Expected(bool queued)
        {
            double[,] prototypes = Rows(method.get_parameter("prototypes")!);
            List<double[,]> scores =
                [.. method.Project(method.Backbone.forward(views.Full)).split(4).Select(z => SlowSwAv.Scores(Rows(z), prototypes))];
            return SlowSwAv.Loss(
                scores,
                [.. scores.Select((s, v) => queued ? SlowSwAv.Codes(s, Queued(v + 1, prototypes), 0.1, 3) : SlowSwAv.Codes(s, 0.1, 3))],
                0.1);
        }

        double[,] Queued(int view, double[,] prototypes) =>
            SlowSwAv.Scores(Rows(method.state_dict()[$"queue{view}.rows"].to(ScalarType.Float64)), prototypes);
    }

    [Fact]
    public void Loss_FewerEmbeddingsThanPrototypes_Warns()
    {
        using var scope = NewDisposeScope();
        Views views = Views.Pair(Tiny.Images(8, ScalarType.Float64)); // 4 images, 6 prototypes
        using SwAv alone = Double(new SwAvOptions()), queued = Double(new SwAvOptions { QueueLength = 2 });
        Assert.Contains("4 embeddings over 6 prototypes", alone.Loss(views, start).Warning!(), StringComparison.Ordinal);
        Assert.Null(queued.Loss(views, start).Warning!());
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        var fine = new SwAvOptions();
        foreach ((string flag, SwAvOptions options) in new (string, SwAvOptions)[]
        {
            ("--temperature", fine with { Temperature = 0 }),
            ("--sinkhorn-epsilon", fine with { SinkhornEpsilon = double.NaN }),
            ("--sinkhorn-iterations", fine with { SinkhornIterations = 0 }),
            ("--prototypes", fine with { Prototypes = 1 }),
            ("--freeze-prototypes-epochs", fine with { FreezePrototypesEpochs = -1 }),
            ("--queue-length", fine with { QueueLength = -1 }),
            ("--queue-start-epoch", fine with { QueueStartEpoch = -1 }),
            ("--projector-hidden", fine with { ProjectorHidden = 0 }),
            ("--projector-output", fine with { ProjectorOutput = 0 }),
        })
            Assert.StartsWith(
                flag + " ", Assert.Throws<InvalidOptionException>(() => new SwAv(options, backbone)).Message, StringComparison.Ordinal);
    }

    private static SwAv Double(SwAvOptions options)
    {
        var method = new SwAv(options with { Prototypes = 6, ProjectorHidden = 16, ProjectorOutput = 8 }, Tiny.Backbone());
        method.to(ScalarType.Float64);
        return method;
    }

    private static bool Close(double[,] a, double[,] b) =>
        a.Cast<double>().Zip(b.Cast<double>()).All(pair => Math.Abs(pair.First - pair.Second) < 1e-12);

    private static double[,] Rows(Tensor matrix)
    {
        double[,] rows = new double[matrix.shape[0], matrix.shape[1]];
        Buffer.BlockCopy(matrix.detach().contiguous().data<double>().ToArray(), 0, rows, 0, rows.Length * sizeof(double));
        return rows;
    }
}
