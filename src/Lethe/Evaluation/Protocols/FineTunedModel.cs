using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A whole network with a classifier, trained with labels: cross-entropy, Adam, warm-up and half cosine, crops and flips. The last step's
/// weights are taken.
/// </summary>
internal sealed class FineTunedModel : FittedModel
{
    /// <summary>What fitted it, as in <see cref="FittedModel.Variant"/>.</summary>
    public const string FineTuned = "fine-tuned";

    // What a seed is for.
    private const ulong Weights = 1;
    private const ulong DrawingViews = 2;

    private readonly ResNet backbone;
    private readonly Linear head;
    private readonly int[] classes;

    private FineTunedModel(ResNet backbone, Linear head, int[] classes)
    {
        this.backbone = backbone;
        this.head = head;
        this.classes = classes;
    }

    public static string Settings(FineTuningOptions options) =>
        Invariant($"Fine-tuning trains the whole network and a classifier with cross-entropy for {options.FineTuneSteps} steps of ")
        + Invariant($"{options.FineTuneBatchSize} images (random crops of 75 to 100 % of the area, flips; Adam, learning rate ")
        + Invariant($"{options.FineTuneLearningRate}, {FineTuningOptions.ScheduleInWords}; the last step counts). ")
        + "In the untrained state that is the same network from scratch on the same labels with the same budget, from other weights in "
        + "each draw.";

    /// <summary>Trains.</summary>
    public static FineTunedModel Fit(
        EncoderState encoder, ImageSet images, FineTuningOptions options, ulong seed, double? labelShare, int draw,
        CancellationToken cancellation)
    {
        int[] classes = [.. images.Labels!.Distinct().Order()];
        long[] truth = [.. images.Labels!.Select(label => (long)Array.BinarySearch(classes, label))];
        ResNet backbone = encoder.Copy(RandomStream.Derive(seed, Weights));
        Linear head = Head(backbone.FeatureDimension, classes.Length, encoder.Device);
        var model = new FineTunedModel(backbone, head, classes)
        {
            Variant = FineTuned, Layer = LayerNames.Last, FitCount = images.Count, LabelShare = labelShare, Draw = draw,
        };
        try
        {
            model.Train(encoder, images, truth, options, seed, cancellation);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        return model;
    }

    public override string Checksum() => EncoderState.Checksum(
        backbone.state_dict().Select(tensor => KeyValuePair.Create("backbone." + tensor.Key, tensor.Value)).Concat(head.state_dict()));

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        using IDisposable frozen = no_grad();
        backbone.eval();
        var predicted = new List<int>(test.Count);
        foreach (
            ViewBatch batch in EvaluationBatches.Plain(
                test, encoder.Plain, EvaluationBatches.SizeFor(encoder.Plain.Size), encoder.Threads, cancellation))
        {
            using var scope = NewDisposeScope();
            Tensor scores = head.forward(
                backbone.forward(ImageTensor.FromPixels(batch.Pixels, batch.N, batch.Size, batch.Channels, encoder.Device))); // [n, c]
            predicted.AddRange(scores.argmax(1).cpu().data<long>().ToArray().Select(index => classes[index]));
        }

        return [Score.OfLabels(predicted, test.Labels!)];
    }

    protected override void Release()
    {
        backbone.Dispose();
        head.Dispose();
    }

    private static Linear Head(int dimension, int classes, Device device)
    {
        using var scope = NewDisposeScope();
        Linear head = nn.Linear(dimension, classes);
        nn.init.zeros_(head.weight);
        nn.init.zeros_(head.bias);
        head.to(device);
        EncoderState.Outlive(head);
        return head;
    }

    private void Train(
        EncoderState encoder, ImageSet images, long[] truth, FineTuningOptions options, ulong seed, CancellationToken cancellation)
    {
        using var loader = new ViewLoader(
            images, encoder.Augmented, Math.Min(
                options.FineTuneBatchSize, images.Count), RandomStream.Derive(seed, DrawingViews), encoder.Threads, viewsPerImage: 1);
        using var trainer = new FineTuner(this, loader, truth, options, encoder.Device);
        TrainingLoop.Finish(trainer, cancellation);
    }

    private sealed class FineTuner : Trainer
    {
        private readonly FineTunedModel model;
        private readonly long[] truth;
        private readonly Device device;
        private readonly Optimiser optimiser;
        private readonly LearningRateSchedule schedule;

        public FineTuner(FineTunedModel model, ViewLoader loader, long[] truth, FineTuningOptions options, Device device)
            : base(loader)
        {
            (this.model, this.truth, this.device, TotalSteps) = (model, truth, device, options.FineTuneSteps);
            optimiser = Optimiser.Create(
                "adam",
                model.backbone.named_parameters().Select(entry => ("backbone." + entry.name, entry.parameter))
                    .Concat(model.head.named_parameters().Select(entry => ("head." + entry.name, entry.parameter))),
                weightDecay: 0,
                momentum: 0);
            schedule = options.Schedule(options.FineTuneLearningRate);
            model.backbone.train();
        }

        public override long TotalSteps { get; }

        public override void Dispose() => optimiser.Dispose();

        protected override StepReport Step(IEnumerable<ViewBatch> batches)
        {
            ViewBatch batch = batches.Single();
            optimiser.ZeroGradients();
            // [n, d]
            Tensor features = model.backbone.forward(ImageTensor.FromPixels(batch.Pixels, batch.N, batch.Size, batch.Channels, device));
            Tensor labels = tensor(batch.Indices.Take(batch.N).Select(index => truth[index]).ToArray(), device: device);
            Tensor loss = nn.functional.cross_entropy(model.head.forward(features), labels);
            LossCheck.RequireFinite(
                loss, $"step {State.Step + 1} of fine-tuning", "Lower --fine-tune-learning-rate or raise --fine-tune-batch-size");
            Gradients.Accumulate(loss);
            optimiser.Step(schedule.At(State.Step));
            return new StepReport { Loss = loss.Value() };
        }
    }
}
