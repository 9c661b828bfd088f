using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// The linear protocol of the field: SGD over random crops and flips, with one classifier for each layer fed by the same pass of the
/// encoder.
/// </summary>
internal static class LinearSgd
{
    private const double Momentum = 0.9;

    public static IReadOnlyDictionary<string, LinearClassifier> Fit(
        EncoderState encoder, ImageSet images, LinearProtocolOptions options, ulong seed, CancellationToken cancellation)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        int[] classes = [.. images.Labels!.Distinct().Order()];
        long[] truth = [.. images.Labels!.Select(label => (long)Array.BinarySearch(classes, label))];
        var heads = encoder.Features(images, cancellation).ToDictionary(layer => layer.Key, layer => new Head(layer.Value, classes.Length));
        int batchSize = Math.Min(options.LinearBatchSize, images.Count);
        using var loader = new ViewLoader(images, encoder.Augmented, batchSize, seed, encoder.Threads, viewsPerImage: 1);
        using var trainer = new HeadTrainer(encoder, heads, loader, truth, classes.Length, options, cancellation);
        TrainingLoop.Finish(trainer, cancellation);
        return heads.ToDictionary(head => head.Key, head => head.Value.Classifier(classes));
    }

    private sealed class HeadTrainer(
        EncoderState encoder, IReadOnlyDictionary<string, Head> heads, ViewLoader loader, long[] truth, int classes,
        LinearProtocolOptions options, CancellationToken cancellation)
        : Trainer(loader)
    {
        private readonly LearningRateSchedule schedule =
            new(options.LinearLearningRate, 0, (long)options.LinearEpochs * loader.StepsPerEpoch);

        public override long TotalSteps => (long)options.LinearEpochs * StepsPerEpoch;

        public override void Dispose()
        {
            // The heads are tensors of the scope that it was made in.
        }

        protected override StepReport Step(IEnumerable<ViewBatch> batches)
        {
            ViewBatch batch = batches.Single();
            IReadOnlyDictionary<string, Tensor> features = encoder.Collect([batch], cancellation);
            Tensor indicators = nn.functional.one_hot(tensor(batch.Indices.Take(batch.N).Select(index => truth[index]).ToArray()), classes)
                .to(ScalarType.Float32);
            foreach ((string layer, Head head) in heads)
                head.Step(features[layer][0], indicators, schedule.At(State.Step), $"step {State.Step + 1}");
            return new StepReport();
        }
    }

    /// <summary>W and b of a layer, from zero, with their momentum.</summary>
    private sealed class Head
    {
        private readonly Standardisation standard;
        private readonly Tensor weights; // [d + 1, c], the last row is the bias
        private readonly Tensor velocity;

        public Head(Tensor features, int classes)
        {
            standard = Standardisation.Of(features);
            weights = zeros(features.size(1) + 1, classes);
            velocity = zeros_like(weights);
        }

        public void Step(Tensor features, Tensor indicators, double learningRate, string place)
        {
            using var scope = NewDisposeScope();
            Tensor X = cat([standard.Apply(features), ones(features.size(0), 1)], 1); // [n, d + 1]
            Tensor scores = X.matmul(weights); // [n, c]
            LossCheck.RequireFinite(scores.abs().sum(), $"{place} of the linear protocol by SGD", "Lower --linear-learning-rate");
            Tensor error = scores.softmax(1) - indicators; // [n, c]
            velocity.Times_(Momentum).Plus_(X.t().matmul(error).Over(X.size(0)));
            weights.sub_(velocity.Times(learningRate));
        }

        public LinearClassifier Classifier(int[] classes)
        {
            using var scope = NewDisposeScope();
            long d = weights.size(0) - 1;
            return LinearClassifier.Of(classes, standard, weights.narrow(0, 0, d), weights[d], strength: 0);
        }
    }
}
