using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>A fixed linear map of features, h·Wᵀ + b: the identity until it is set. Nothing of it is trained.</summary>
internal sealed class WhiteningLayer : Module<Tensor, Tensor>
{
    /// <summary>Creates the identity.</summary>
    /// <param name="dimension">d.</param>
    /// <param name="like">A tensor of the type and on the device that the map is to have.</param>
    public WhiteningLayer(int dimension, Tensor like)
        : base(nameof(WhiteningLayer))
    {
        // Buffers, so that no optimiser takes them; they outlive the scope in which a checkpoint is read.
        register_buffer("weight", eye(dimension, dtype: like.dtype, device: like.device).DetachFromDisposeScope());
        register_buffer("bias", zeros(dimension, dtype: like.dtype, device: like.device).DetachFromDisposeScope());
    }

    /// <summary>W, [d, d].</summary>
    public Tensor Weight => get_buffer("weight")!;

    /// <summary>b, [d].</summary>
    public Tensor Bias => get_buffer("bias")!;

    /// <summary>Sets the map to (h − mean)·matrix.</summary>
    /// <param name="mean">[d].</param>
    /// <param name="matrix">[d, d], symmetric.</param>
    public void Set(Tensor mean, Tensor matrix)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Weight.copy_(matrix);
        Bias.copy_(-mean.unsqueeze(0).mm(matrix).squeeze(0));
    }

    /// <summary>Takes the map off again, in double precision.</summary>
    /// <param name="features">What it gave, [N, d], float64 on the processor.</param>
    /// <returns>What it was given, [N, d].</returns>
    public Tensor Inverse(Tensor features)
    {
        Tensor weight = Weight.cpu().to(ScalarType.Float64), bias = Bias.cpu().to(ScalarType.Float64);
        return linalg.solve(weight, (features - bias).t()).t();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => functional.linear(input, Weight, Bias);
}
