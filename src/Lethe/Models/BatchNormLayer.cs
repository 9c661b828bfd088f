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
public sealed class BatchNormLayer : Module<Tensor, Tensor>
{
    // Both are torch's and torchvision's.
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

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

    /// <summary>How passes are made at present.</summary>
    internal BatchNormPass Pass { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        Tensor mean = get_buffer("running_mean")!, variance = get_buffer("running_var")!; // [C]
        Tensor? scale = Scale, shift = affine ? get_parameter("bias") : null;
        bool evaluation = !training || Pass.HasFlag(BatchNormPass.Evaluation);
        if (!evaluation && Pass.HasFlag(BatchNormPass.Primitive))
            return Primitive(input, scale, shift);
        bool held = Pass.HasFlag(BatchNormPass.Held);
        if (!evaluation && !held)
        {
            using IDisposable frozen = no_grad();
            get_buffer("num_batches_tracked")!.add_(1);
        }

        return functional.batch_norm(input, mean, variance, scale, shift, training: !evaluation, held ? 0 : Momentum, Epsilon);
    }

    private static Tensor Primitive(Tensor input, Tensor? scale, Tensor? shift)
    {
        using var scope = NewDisposeScope();
        bool map = input.dim() == 4;
        long[] over = map ? [0, 2, 3] : [0];
        Tensor centred = input - input.mean(over, keepdim: true);
        Tensor output = centred * (centred.square().mean(over, keepdim: true) + Epsilon).rsqrt();
        if (scale is not null && shift is not null)
            output = output * (map ? scale.reshape(-1, 1, 1) : scale) + (map ? shift.reshape(-1, 1, 1) : shift);
        return output.MoveToOuterDisposeScope();
    }
}
