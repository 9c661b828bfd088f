using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>A head that labels pixels, on an encoder's own maps or on those of a network that was trained with it.</summary>
internal sealed class SegmentationModel : FittedModel
{
    private const int MeasuringBatch = 128;

    // What a seed is for.
    private const ulong Weights = 1;
    private const ulong Order = 2;
    private const ulong Heads = 3;

    private readonly SegmentationHead head;
    private readonly ResNet? network;
    private readonly int classes;

    private SegmentationModel(SegmentationHead head, ResNet? network, int classes)
    {
        this.head = head;
        this.network = network;
        this.classes = classes;
    }

    /// <summary>
    /// A head for each layer and one for all, on maps that stay as they are. One pass of the encoder serves them all, since no head sees
    /// another.
    /// </summary>
    public static IReadOnlyList<SegmentationModel> FitFrozen(
        EncoderState encoder, ImageSet images, int classes, DenseProtocolOptions options, ulong seed, CancellationToken cancellation)
    {
        int layers = encoder.MapChannels.Count;
        int[][] taken = [.. Enumerable.Range(0, layers).Select(layer => (int[])[layer]), [.. Enumerable.Range(0, layers)]];
        SegmentationHead[] heads = [.. taken.Select(places => Head(places, encoder, classes, images[0].Height, seed))];
        Train(encoder, null, heads, images, options, RandomStream.Derive(seed, Order), cancellation);
        return
        [
            .. heads.Select((head, i) => new SegmentationModel(head, null, classes)
            {
                Variant = i < layers ? "frozen" : "frozen, all layers",
                Layer = ResNet.LayerName(ResNet.Layers[Math.Min(i, layers - 1)]),
                FitCount = images.Count,
            }),
        ];
    }

    /// <summary>A head on all layers, and the network with it.</summary>
    public static SegmentationModel FitWhole(
        EncoderState encoder, ImageSet images, int classes, DenseProtocolOptions options, ulong seed, CancellationToken cancellation)
    {
        ResNet network = encoder.Copy(RandomStream.Derive(seed, Weights));
        SegmentationHead head = Head(
            [.. Enumerable.Range(0, encoder.MapChannels.Count)], encoder, classes, images[0].Height, seed);
        Train(encoder, network, [head], images, options, RandomStream.Derive(seed, Order), cancellation);
        return new SegmentationModel(head, network, classes)
        {
            Variant = $"{FineTunedModel.FineTuned}, all layers", Layer = LayerNames.Last, FitCount = images.Count,
        };
    }

    public override string Checksum() => EncoderState.Checksum(
        head.state_dict().Concat(
            network is null ? [] : network.state_dict().Select(tensor => KeyValuePair.Create("network." + tensor.Key, tensor.Value))));

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        using IDisposable frozen = no_grad();
        head.eval();
        network?.eval();
        var scores = new SegmentationScores(classes);
        int size = test[0].Height, batchSize = Math.Min(MeasuringBatch, EvaluationBatches.SizeFor(size));
        foreach (ViewBatch batch in EvaluationBatches.Plain(test, encoder.PlainAt(size), batchSize, encoder.Threads, cancellation))
        {
            using var scope = NewDisposeScope();
            Tensor pixels = head.forward(Maps(encoder, network, batch)).argmax(1).to(ScalarType.Byte).cpu().contiguous(); // [n, size, size]
            ReadOnlySpan<byte> predicted = pixels.bytes;
            int each = predicted.Length / batch.N;
            for (int i = 0; i < batch.N; i++)
                scores.Add(predicted.Slice(i * each, each), test.Masks![scores.Count].Span);
        }

        return scores.Of(seed);
    }

    protected override void Release()
    {
        head.Dispose();
        network?.Dispose();
    }

    private static IReadOnlyList<Tensor> Maps(EncoderState encoder, ResNet? network, ViewBatch batch)
    {
        Tensor images = ImageTensor.FromPixels(batch.Pixels, batch.N, batch.Size, batch.Channels, encoder.Device);
        return network is null ? encoder.Maps(images) : network.ForwardMaps(images);
    }

    private static SegmentationHead Head(int[] layers, EncoderState encoder, int classes, int size, ulong seed)
    {
        using var scope = NewDisposeScope();
        manual_seed((long)(RandomStream.Derive(seed, Heads) >> 1));
        var head = new SegmentationHead(layers, encoder.MapChannels, classes, size);
        head.to(encoder.Device);
        EncoderState.Outlive(head);
        return head;
    }

    private static void Train(
        EncoderState encoder, ResNet? network, SegmentationHead[] heads, ImageSet images, DenseProtocolOptions options, ulong seed,
        CancellationToken cancellation)
    {
        try
        {
            using var loader = new ViewLoader(
                images, encoder.PlainAt(images[0].Height), Math.Min(options.FineTuneBatchSize, images.Count), seed, encoder.Threads,
                viewsPerImage: 1);
            using var trainer = new Segmenter(encoder, network, heads, images, loader, options);
            TrainingLoop.Finish(trainer, cancellation);
        }
        catch
        {
            foreach (SegmentationHead head in heads)
                head.Dispose();
            network?.Dispose();
            throw;
        }
    }

    private static Tensor Truth(ImageSet images, ViewBatch batch, Device device)
    {
        byte[] masks = new byte[batch.N * batch.Size * batch.Size];
        for (int i = 0; i < batch.N; i++)
            images.Masks![batch.Indices[i]].Span.CopyTo(masks.AsSpan(i * batch.Size * batch.Size));
        return tensor(masks, [batch.N, batch.Size, batch.Size], dtype: ScalarType.Byte).to(ScalarType.Int64).to(device);
    }

    private sealed class Segmenter : Trainer
    {
        private readonly EncoderState encoder;
        private readonly ResNet? network;
        private readonly SegmentationHead[] heads;
        private readonly ImageSet images;
        private readonly DenseProtocolOptions options;
        private readonly Optimiser ofHeads;
        private readonly Optimiser? ofNetwork;
        private readonly LearningRateSchedule schedule;

        public Segmenter(
            EncoderState encoder, ResNet? network, SegmentationHead[] heads, ImageSet images, ViewLoader loader,
            DenseProtocolOptions options)
            : base(loader)
        {
            (this.encoder, this.network, this.heads, this.images, this.options) = (encoder, network, heads, images, options);
            ofHeads = Adam(heads);
            ofNetwork = network is null ? null : Adam([network]);
            schedule = options.Schedule(peak: 1);
            network?.train();
            foreach (SegmentationHead head in heads)
                head.train();
        }

        public override long TotalSteps => options.FineTuneSteps;

        public override void Dispose()
        {
            ofHeads.Dispose();
            ofNetwork?.Dispose();
        }

        protected override StepReport Step(IEnumerable<ViewBatch> batches)
        {
            ViewBatch batch = batches.Single();
            ofHeads.ZeroGradients();
            ofNetwork?.ZeroGradients();
            IReadOnlyList<Tensor> maps = Maps(encoder, network, batch);
            Tensor truth = Truth(images, batch, encoder.Device);
            Tensor loss = heads.Select(head => nn.functional.cross_entropy(head.forward(maps), truth)).Aggregate(TensorArithmetic.Plus);
            LossCheck.RequireFinite(
                loss, $"step {State.Step + 1} of segmentation", "Lower --dense-head-learning-rate and --fine-tune-learning-rate");
            Gradients.Accumulate(loss);
            double rate = schedule.At(State.Step);
            ofHeads.Step(options.DenseHeadLearningRate * rate);
            ofNetwork?.Step(options.FineTuneLearningRate * rate);
            return new StepReport { Loss = loss.Value() };
        }

        private static Optimiser Adam(IEnumerable<nn.Module> modules) => Optimiser.Create(
            "adam", modules.SelectMany((module, i) => module.named_parameters().Select(entry => ($"{i}.{entry.name}", entry.parameter))),
            weightDecay: 0, momentum: 0);
    }
}
