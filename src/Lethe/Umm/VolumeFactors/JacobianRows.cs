using Lethe.Numerics;
using Lethe.Operators;
using static TorchSharp.torch;

namespace Lethe.Umm.VolumeFactors;

/// <summary>Products of all samples' Jacobians J_i = ∂h_i/∂z_e,i with the same few directions.</summary>
internal static class JacobianRows
{
    /// <summary>
    /// W·J_i for each sample. Since a row of h depends on its own sample alone, the gradient of one direction's sum over the
    /// batch holds that direction's product for all samples.
    /// </summary>
    /// <param name="sample">The batch and the late layers.</param>
    /// <param name="directions">W for a number of dimensions d and random numbers: [q, d].</param>
    /// <param name="differentiable">Whether the result carries its gradient to the trained parameters.</param>
    /// <returns>[n, q, D].</returns>
    public static Tensor Of(VolumeSample sample, Func<int, RandomStream, Tensor> directions, bool differentiable)
    {
        Tensor features = sample.LateLayers(sample.Early); // [n, d]
        Tensor weights = directions((int)features.shape[1], new RandomStream(sample.Seed)).to(features.dtype).to(features.device); // [q, d]
        long count = weights.shape[0];
        var rows = new Tensor[count];
        for (int k = 0; k < count; k++)
        {
            Tensor along = features.mv(weights[k]).sum();
            rows[k] = Gradients.Of(along, [sample.Early], createGraph: differentiable, retainGraph: k < count - 1)[0].flatten(1);
        }

        return stack(rows, 1);
    }

    /// <summary>Standard normal numbers, drawn in our own generator so that they do not depend on torch's.</summary>
    public static Tensor Gaussian(int rows, int columns, RandomStream random)
    {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextGaussian();
        }

        return tensor(values).reshape(rows, columns);
    }
}
