using Lethe.Kernels;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Models;

/// <summary>
/// Batch normalisation of a map by its own moments, an addend and a ReLU in one operation of torch's graph, by <see cref="BatchNormKernel"/>. It can be differentiated as often as one
/// likes; from the second time on from operations of torch.
/// </summary>
internal static unsafe class MapNormalisation
{
    /// <summary>Whether it can be done here: float32 on a processor, and channels that fill vectors.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <returns>Whether it can.</returns>
    public static bool Serves(Tensor input) =>
        input.dim() == 4 && input.device_type == TorchSharp.DeviceType.CPU && input.dtype == ScalarType.Float32 && BatchNormKernel.Serves((int)input.shape[1]);

    /// <summary>relu(γ (y − μ) / √(σ² + ε) + β + addend).</summary>
    /// <param name="input">y, [N, C, H, W].</param>
    /// <param name="scale">γ, [C].</param>
    /// <param name="shift">β, [C].</param>
    /// <param name="addend">[N, C, H, W], or null.</param>
    /// <param name="rectify">Whether there is a ReLU.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="moments">Told μ and σ², [C] each, and how many numbers they are of.</param>
    /// <returns>[N, C, H, W].</returns>
    public static Tensor Run(Tensor input, Tensor scale, Tensor shift, Tensor? addend, bool rectify, double epsilon, Action<double[], double[], long>? moments)
    {
        Tensor[] inputs = [MapLayout.ChannelsLast(input), scale, shift];
        if (addend is not null)
            inputs = [.. inputs, MapLayout.ChannelsLast(addend)];
        return GraphNode.Run(
            inputs,
            tensors => Forward(tensors, rectify, epsilon, moments),
            (tensors, kept, gradient, wanted) => is_grad_enabled()
                ? Differentiable(tensors, kept, gradient, rectify, epsilon)
                : Backward(tensors, kept, MapLayout.ChannelsLast(gradient), wanted, rectify));
    }

    // Kept: a row each of mean, 1 / √(σ² + ε), scale and shift of the map as a whole; then the output, where an addend makes it tell what was rectified.
    private static (Tensor Output, Tensor[] Kept) Forward(Tensor[] inputs, bool rectify, double epsilon, Action<double[], double[], long>? moments)
    {
        Tensor map = inputs[0];
        int channels = (int)map.shape[1];
        long rows = map.numel() / channels;
        var (mean, variance) = (new double[channels], new double[channels]);
        BatchNormKernel.Moments(NativeTensor.Data(map), (nint)rows, channels, mean, variance);
        Tensor values = empty(4, channels);
        float* row = NativeTensor.Data(values), gamma = NativeTensor.Data(inputs[1]), beta = NativeTensor.Data(inputs[2]);
        for (int c = 0; c < channels; c++)
        {
            double rate = 1 / Math.Sqrt(variance[c] + epsilon);
            row[c] = (float)mean[c];
            row[channels + c] = (float)rate;
            row[2 * channels + c] = (float)(gamma[c] * rate);
            row[3 * channels + c] = (float)(beta[c] - gamma[c] * rate * mean[c]);
        }

        Tensor output = MapLayout.Empty(MapLayout.Shape(map), channels);
        float* addend = inputs.Length > 3 ? NativeTensor.Data(inputs[3]) : null;
        BatchNormKernel.Forward(NativeTensor.Data(map), (nint)rows, channels, row + 2 * channels, row + 3 * channels, addend, rectify, NativeTensor.Data(output));
        GC.KeepAlive(inputs);
        moments?.Invoke(mean, variance, rows);
        return (output, rectify && addend is not null ? [values, output.detach()] : [values]);
    }

    private static Tensor?[] Backward(Tensor[] inputs, Tensor[] kept, Tensor gradient, bool[] wanted, bool rectify)
    {
        Tensor map = inputs[0];
        int channels = (int)map.shape[1];
        nint rows = (nint)(map.numel() / channels);
        float* mean = NativeTensor.Data(kept[0]), rate = mean + channels, scale = mean + 2 * channels, shift = mean + 3 * channels;
        float* rectified = kept.Length > 1 ? NativeTensor.Data(kept[1]) : null;
        var (sum, product) = (new double[channels], new double[channels]);
        BatchNormKernel.BackwardSums(NativeTensor.Data(map), NativeTensor.Data(gradient), rows, channels, mean, scale, shift, rectified, rectify, sum, product);
        Tensor scaleGradient = empty(channels), shiftGradient = empty(channels), factors = empty(3, channels), result = MapLayout.Empty(MapLayout.Shape(map), channels);
        Tensor? addend = inputs.Length > 3 && wanted[3] ? MapLayout.Empty(MapLayout.Shape(map), channels) : null;
        float* dGamma = NativeTensor.Data(scaleGradient), dBeta = NativeTensor.Data(shiftGradient), factor = NativeTensor.Data(factors);
        for (int c = 0; c < channels; c++)
        {
            // γr (g − mean(g) − x̂ mean(g x̂)), as a factor of g, one of y and a rest.
            double share = product[c] * rate[c] * rate[c] / rows;
            dGamma[c] = (float)(product[c] * rate[c]);
            dBeta[c] = (float)sum[c];
            factor[c] = scale[c];
            factor[channels + c] = (float)(-scale[c] * share);
            factor[2 * channels + c] = (float)(scale[c] * (share * mean[c] - sum[c] / rows));
        }

        BatchNormKernel.Backward(
            NativeTensor.Data(map), NativeTensor.Data(gradient), rows, channels, factor, scale, shift, rectified, rectify, NativeTensor.Data(result), addend is null ? null : NativeTensor.Data(addend));
        GC.KeepAlive(inputs);
        GC.KeepAlive(kept);
        GC.KeepAlive(gradient);
        return inputs.Length > 3 ? [result, scaleGradient, shiftGradient, addend] : [result, scaleGradient, shiftGradient];
    }

    // The same from operations that torch can differentiate.
    private static Tensor?[] Differentiable(Tensor[] inputs, Tensor[] kept, Tensor gradient, bool rectify, double epsilon)
    {
        int channels = (int)inputs[0].shape[1];
        Tensor Rows(Tensor map) => MapLayout.ChannelsLast(map).permute(0, 2, 3, 1).reshape(-1, channels);
        Tensor Map(Tensor rows) => rows.reshape(inputs[0].permute(0, 2, 3, 1).shape).permute(0, 3, 1, 2);
        Tensor y = Rows(inputs[0]), g = Rows(gradient);
        if (rectify)
        {
            using IDisposable constant = no_grad();
            Tensor z = kept.Length > 1 ? Rows(kept[1]) : y * kept[0][2] + kept[0][3];
            using IDisposable again = enable_grad();
            g = g * (z > 0);
        }

        Tensor centred = y - y.mean([0L]), rate = (centred.square().mean([0L]) + epsilon).rsqrt(), normal = centred * rate;
        Tensor shiftGradient = g.sum([0L]), scaleGradient = (g * normal).sum([0L]);
        Tensor result = inputs[1] * rate * (g - g.mean([0L]) - normal * (scaleGradient / y.shape[0]));
        return inputs.Length > 3 ? [Map(result), scaleGradient, shiftGradient, Map(g)] : [Map(result), scaleGradient, shiftGradient];
    }
}
