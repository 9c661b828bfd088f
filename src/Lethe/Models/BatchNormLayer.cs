using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Ranks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>
/// Batch normalisation of the channels (Ioffe and Szegedy 2015, 1502.03167) of [N, C] or [N, C, H, W], with torchvision's names.
/// </summary>
/// <remarks>
/// It differs from torch's module in what <see cref="BatchNormStatistics"/> can ask of it for some passes. One of these is to compute
/// from primitive operations: the second derivative of torch's own operation takes the batch's mean and variance for constants, so
/// that a third derivative through it is wrong.
/// </remarks>
internal sealed class BatchNormLayer : Module<Tensor, Tensor>
{
    /// <summary>What a pass weighs in the running statistics, where nothing else is asked for: torch's and torchvision's.</summary>
    internal const double UsualMomentum = 0.1;

    // That of torch and torchvision.
    private const double Epsilon = 1e-5;

    private readonly bool affine;

    /// <summary>Creates a layer of scale 1 and shift 0.</summary>
    /// <param name="channels">C.</param>
    /// <param name="affine">Whether scale and shift are trained; none otherwise.</param>
    public BatchNormLayer(int channels, bool affine = true)
        : base(nameof(BatchNormLayer))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        this.affine = affine;
        if (affine)
        {
            register_parameter("weight", new Parameter(ones(channels)));
            register_parameter("bias", new Parameter(zeros(channels)));
        }

        register_buffer("running_mean", zeros(channels));
        register_buffer("running_var", ones(channels));
        register_buffer("num_batches_tracked", zeros([], dtype: ScalarType.Int64));
    }

    /// <summary>γ, [C]; null without affine parameters.</summary>
    public Parameter? Scale => affine ? get_parameter("weight") : null;

    /// <summary>β, [C]; null without affine parameters.</summary>
    public Parameter? Shift => affine ? get_parameter("bias") : null;

    /// <summary>How passes are made at present.</summary>
    internal BatchNormPass Pass { get; set; }

    /// <summary>How the batches that it is given are shared out to ranks; null where it is given whole ones.</summary>
    internal BatchShare? Share { get; set; }

    /// <summary>What the next pass weighs in the running statistics, in (0, 1].</summary>
    internal double Momentum { get; set; } = UsualMomentum;

    /// <summary>All batch-norm layers of a module, itself among them.</summary>
    /// <param name="module">The module.</param>
    /// <returns>Each layer once.</returns>
    internal static IEnumerable<BatchNormLayer> Within(Module module) =>
        module.modules().Prepend(module).OfType<BatchNormLayer>().Distinct();

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Normalise(input, addend: null, rectify: false, consume: false);

    /// <summary>The normalised map, plus an addend, rectified: in one operation where that can be had.</summary>
    /// <param name="input">[N, C, H, W] or [N, C].</param>
    /// <param name="addend">Of the same shape, or null.</param>
    /// <param name="rectify">Whether a ReLU comes after.</param>
    /// <param name="consume">Whether nothing else needs <paramref name="input"/>, not even after a backward pass.</param>
    /// <returns>Of the same shape.</returns>
    internal Tensor Normalise(Tensor input, Tensor? addend, bool rectify, bool consume) =>
        Normalise(input, addend, rectify, consume, out _);

    /// <summary>The same, with what a rectified map without addend was made of.</summary>
    /// <param name="input">[N, C, H, W] or [N, C].</param>
    /// <param name="addend">Of the same shape, or null.</param>
    /// <param name="rectify">Whether a ReLU comes after.</param>
    /// <param name="consume">Whether nothing else needs <paramref name="input"/>, not even after a backward pass.</param>
    /// <param name="source">
    /// What the map may be made of again; null where it had better be kept, as in passes that are differentiated again.
    /// </param>
    /// <returns>Of the same shape.</returns>
    internal Tensor Normalise(Tensor input, Tensor? addend, bool rectify, bool consume, out NormalisedMap? source)
    {
        source = null;
        TensorCheck.Usable(input, nameof(input));
        if (input.dim() is not (2 or 4) || input.shape[1] != get_buffer("running_mean")!.shape[0] || input.numel() == 0)
        {
            throw new ArgumentException(
                $"Expected [N, C] or [N, C, H, W] with C = {get_buffer("running_mean")!.shape[0]} and at least one image, found "
                + $"{TensorCheck.Words(input)}.", nameof(input));
        }

        using var scope = NewDisposeScope();
        if (training && affine && (Pass & ~BatchNormPass.Held) == 0 && MapNormalisation.Serves(input))
        {
            Action<double[], double[], long>? moments = Pass.HasFlag(BatchNormPass.Held) ? null : MoveStatistics;
            (Tensor normalised, NormalisedMap made) = MapNormalisation.Run(
                input, Scale!, Shift!, addend, rectify, Epsilon, consume, moments, Share);
            if (Pass == BatchNormPass.Usual && rectify && addend is null && ReferenceEquals(made.Map, input))
                source = made with { Scale = Scale!, Shift = Shift!, Values = made.Values.MoveToOuterDisposeScope() };

            return normalised.MoveToOuterDisposeScope();
        }

        // Batch-norm's backward needs its input, not its output, so its output may be overwritten.
        Tensor output = Alone(input);
        if (addend is not null)
            output = output.Plus_(addend);
        if (rectify)
            output = output.relu_();
        return output.MoveToOuterDisposeScope();
    }

    private void MoveStatistics(double[] mean, double[] variance, long numbers) =>
        MoveStatistics(tensor(mean, ScalarType.Float32), tensor(variance, ScalarType.Float32), numbers);

    private void MoveStatistics(Tensor mean, Tensor variance, long numbers)
    {
        get_buffer("num_batches_tracked")!.Plus_(1);
        double unbiased = numbers / Math.Max(1.0, numbers - 1);
        get_buffer("running_mean")!.Times_(1 - Momentum).Plus_(mean, Momentum);
        get_buffer("running_var")!.Times_(1 - Momentum).Plus_(variance, Momentum * unbiased);
    }

    private Tensor Alone(Tensor input)
    {
        bool evaluation = !training || Pass.HasFlag(BatchNormPass.Evaluation);
        bool held = Pass.HasFlag(BatchNormPass.Held), shared = !evaluation && Share is not null;
        if (shared || Pass.HasFlag(BatchNormPass.Evaluation) || (!evaluation && Pass.HasFlag(BatchNormPass.ThirdDerivative)))
            return Differentiable(input, evaluation, moves: shared && !held);
        if (!evaluation && !held)
        {
            using IDisposable frozen = no_grad();
            get_buffer("num_batches_tracked")!.Plus_(1);
        }

        return functional.batch_norm(
            input, get_buffer("running_mean")!, get_buffer("running_var")!, Scale, Shift, training: !evaluation, held ? 0 : Momentum,
            Epsilon);
    }

    /// <summary>Scale and shift that evaluation mode comes to at present.</summary>
    /// <param name="type">What it is computed in; null for the type of the statistics.</param>
    /// <returns>Two of [C].</returns>
    internal (Tensor Scale, Tensor Shift) RunningMap(ScalarType? type = null)
    {
        Tensor variance = get_buffer("running_var")!, mean = get_buffer("running_mean")!;
        ScalarType precision = type ?? variance.dtype;
        Tensor rate = variance.to(precision).Plus(Epsilon).rsqrt();
        Tensor scale = Scale is null ? rate : Scale.to(precision) * rate;
        Tensor shift = mean.to(precision) * scale;
        return (scale, Shift is null ? -shift : Shift.to(precision) - shift);
    }

    // On rows of channels: reductions over the first of two dimensions are several times faster than over three of four.
    private Tensor Differentiable(Tensor input, bool evaluation, bool moves)
    {
        using var scope = NewDisposeScope();
        Tensor last = input.dim() == 4 ? input.permute(0, 2, 3, 1) : input;
        Tensor rows = last.reshape(-1, input.shape[1]); // [M, C]
        Tensor output;
        if (evaluation)
        {
            (Tensor scale, Tensor shift) = RunningMap();
            output = (rows * scale).Plus(shift);
        }
        else
        {
            Tensor mean = WholeBatch.Mean(rows, Share), centred = rows - mean, variance = WholeBatch.Mean(centred.Squared(), Share);
            output = centred * variance.Plus(Epsilon).rsqrt();
            if (affine)
                output = (output * Scale!).Plus(Shift!);
            if (moves)
            {
                using IDisposable frozen = no_grad();
                MoveStatistics(mean.detach(), variance.detach(), Share?.Whole(rows.shape[0]) ?? rows.shape[0]);
            }
        }

        return (input.dim() == 4 ? output.reshape(last.shape).permute(0, 3, 1, 2) : output).MoveToOuterDisposeScope();
    }
}
