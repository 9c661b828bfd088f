using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// SimCLR: each view must find the other view of its image among all other views of the batch (Chen 2020, 2002.05709).
/// </summary>
/// <remarks>
/// <para>loss = 1/2N Σ_a [ log Σ_{b≠a} exp(cos(z_a, z_b)/τ) − cos(z_a, z_p(a))/τ ]</para>
/// <para>
/// z_a: a row of the stacked, normalised embeddings; p(a): the same image's other view; τ:
/// <see cref="SimClrOptions.Temperature"/>. Both views go through the network in one pass, so batch-norm sees 2N rows.
/// No deviation.
/// </para>
/// </remarks>
internal sealed class SimClr : SslMethod
{
    private readonly SimClrOptions options;
    private readonly Module<Tensor, Tensor> projector;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<SimClrOptions>
    {
        Name = "simclr",
        Title = "SimCLR",
        Summary = "other views of the batch are negatives",
        Source = "Chen 2020, 2002.05709",
        Needs = "large batches, 16 images or more: they are the negatives",
        RelativeCost = 1,
        AgainstCollapse = "lower --temperature, raise --batch-size",
        Defaults = new SimClrOptions(),
        Advice = (_, size) => SmallBatch.Advice("SimCLR takes its negatives from", size),
        Build = (options, backbone) => new SimClr(options, backbone),
    };

    /// <summary>Creates the method with a fresh projector.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public SimClr(SimClrOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        this.options = options;
        projector = Projector.Create([backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorOutput]);
        register_module("projector", projector);
    }

    /// <summary>The normalised temperature-scaled cross-entropy (NT-Xent) of two views.</summary>
    /// <param name="first">Embeddings of the first views, [N, k]; need not be normalised.</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <param name="temperature">τ, positive.</param>
    /// <returns>A scalar in nats, with gradient.</returns>
    public static Tensor NtXent(Tensor first, Tensor second, double temperature)
    {
        EmbeddingPair.Check(first, second, atLeast: 1);
        long images = first.shape[0];
        Tensor z = functional.normalize(cat([first, second])); // [2N, k]
        Tensor logits = z.mm(z.t()).Over_(temperature); // [2N, 2N]
        Tensor self = eye(2 * images, dtype: ScalarType.Bool, device: z.device);
        long[] positives = [.. Enumerable.Range(0, 2 * (int)images).Select(view => (view + images) % (2 * images))];
        return functional.cross_entropy(logits.Fill_(self, double.NegativeInfinity), tensor(positives, device: z.device));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        Tensor loss = NtXent(first, second, options.Temperature);
        return new MethodLoss(loss, [("ntXent", loss)], features, embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // Nothing follows the optimiser: the batch itself holds the negatives.
    }
}

/// <summary>Options of <see cref="SimClr"/>.</summary>
public sealed record SimClrOptions : MethodOptions
{
    /// <summary>τ, by which similarities are divided; 0.5 is the paper's for small images.</summary>
    [Limit(AtLeast = 0.001)]
    public double Temperature { get; init; } = 0.5;

    /// <summary>Units of the projector's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 128;
}
