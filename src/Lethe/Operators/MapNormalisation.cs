using Lethe.Numerics;
using Lethe.Operators.Kernels;
using Lethe.Ranks;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// Batch normalisation of a map by its own moments, an addend and a ReLU in one operation of torch's graph, by <see
/// cref="BatchNormKernel"/>. It can be differentiated as often as one likes: twice by that kernel, from then on by operations of torch.
/// </summary>
internal static unsafe class MapNormalisation
{
    /// <summary>Whether it can be done here: float32 on a processor, and channels that fill vectors.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <returns>Whether it can.</returns>
    public static bool Serves(Tensor input) =>
        OperatorSwitch.Own && input.dim() == 4 && input.device_type == TorchSharp.DeviceType.CPU && input.dtype == ScalarType.Float32
            && BatchNormKernel.Serves((int)input.shape[1]);

    /// <summary>relu(γ (y − μ) / √(σ² + ε) + β + addend).</summary>
    /// <param name="input">y, [N, C, H, W].</param>
    /// <param name="scale">γ, [C].</param>
    /// <param name="shift">β, [C].</param>
    /// <param name="addend">[N, C, H, W], or null.</param>
    /// <param name="rectify">Whether there is a ReLU.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="consume">
    /// Whether nothing but this operation needs <paramref name="input"/>: its memory then serves its gradient, once the graph is not needed
    /// again.
    /// </param>
    /// <param name="moments">Told μ and σ², [C] each, and how many numbers they are of.</param>
    /// <param name="share">
    /// How the batch is shared out to ranks, where <paramref name="input"/> is of this rank's images: moments are those of the whole batch,
    /// gradients of γ and β this rank's parts. Null where it is whole.
    /// </param>
    /// <returns>[N, C, H, W], and what it can be made of again.</returns>
    /// <exception cref="ArgumentException">Shapes, types or devices do not fit each other.</exception>
    public static (Tensor Output, NormalisedMap Source) Run(
        Tensor input, Tensor scale, Tensor shift, Tensor? addend, bool rectify, double epsilon, bool consume,
        Action<double[], double[], long>? moments, BatchShare? share = null)
    {
        TensorCheck.Shape(scale, [input.shape[1]], nameof(scale));
        TensorCheck.Alike(scale, input, nameof(scale));
        TensorCheck.Shape(shift, [input.shape[1]], nameof(shift));
        TensorCheck.Alike(shift, input, nameof(shift));
        if (addend is not null)
        {
            TensorCheck.Shape(addend, input.shape, nameof(addend));
            TensorCheck.Alike(addend, input, nameof(addend));
        }

        Tensor[] inputs = [MapLayout.ChannelsLast(input), scale.contiguous(), shift.contiguous()];
        if (addend is not null)
            inputs = [.. inputs, MapLayout.ChannelsLast(addend)];
        bool needed = !consume;
        Tensor values = inputs[1];
        Tensor output = GraphNode.Run(
            inputs,
            tensors =>
            {
                (Tensor Output, Tensor[] Kept) result = Forward(tensors, rectify, epsilon, moments, share);
                values = result.Kept[2];
                return result;
            },
            (kept, gradient, wanted) =>
            {
                gradient = MapLayout.ChannelsLast(gradient);
                if (!is_grad_enabled())
                    return Backward(kept, gradient, wanted, rectify, !needed && GradientPass.Current is { FreesGraph: true }, share);

                // The gradient's own node keeps the input too, and may run after this one.
                needed = true;
                return Differentiable(kept, gradient, wanted, rectify, epsilon, share);
            });
        return (output, new NormalisedMap(inputs[0], inputs[1], inputs[2], values, epsilon, share));
    }

    /// <summary>The normalised, rectified map once more, bit for bit; as part of the graph where one is being made.</summary>
    /// <param name="source">What it was made of.</param>
    /// <returns>[N, C, H, W].</returns>
    public static Tensor Again(NormalisedMap source)
    {
        if (is_grad_enabled())
            return Run(
                source.Map, source.Scale, source.Shift, addend: null, rectify: true, source.Epsilon, consume: false, moments: null,
                source.Share).Output;
        int channels = (int)source.Map.shape[1];
        Tensor output = MapLayout.Empty(MapLayout.Shape(source.Map), channels);
        float* scale = NativeTensor.Data(source.Values) + 2 * channels;
        nint rows = (nint)(source.Map.numel() / channels);
        BatchNormKernel.For(channels).Forward(
            NativeTensor.Data(source.Map), rows, channels, scale, scale + channels, null, rectify: true, NativeTensor.Data(output));
        GC.KeepAlive(source);
        return output;
    }

    // Kept: y and γ; a row each of mean, 1 / √(σ² + ε), scale and shift of the map as a whole; then the output, where an addend makes it
    // tell what was rectified.
    private static (Tensor Output, Tensor[] Kept) Forward(
        Tensor[] inputs, bool rectify, double epsilon, Action<double[], double[], long>? moments, BatchShare? share)
    {
        Tensor map = inputs[0];
        int channels = (int)map.shape[1];
        long rows = map.numel() / channels;
        var kernel = BatchNormKernel.For(channels);
        var (mean, variance) = (new double[channels], new double[channels]);
        kernel.Moments(NativeTensor.Data(map), (nint)rows, channels, mean, variance);
        if (share is not null)
            WholeBatch.Moments(share, rows, mean, variance);
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
        kernel.Forward(
            NativeTensor.Data(map), (nint)rows, channels, row + 2 * channels, row + 3 * channels, addend, rectify,
            NativeTensor.Data(output));
        GC.KeepAlive(inputs);
        moments?.Invoke(mean, variance, share?.Whole(rows) ?? rows);
        return (output, rectify && addend is not null ? [map, inputs[1], values, output.detach()] : [map, inputs[1], values]);
    }

    private static Tensor?[] Backward(
        Tensor[] kept, Tensor gradient, bool[] wanted, bool rectify, bool inPlace, BatchShare? share)
    {
        (Tensor map, int channels) = (kept[0], (int)kept[0].shape[1]);
        nint rows = (nint)(map.numel() / channels);
        float* mean = NativeTensor.Data(kept[2]), rate = mean + channels, scale = mean + 2 * channels, shift = mean + 3 * channels;
        float* rectified = kept.Length > 3 ? NativeTensor.Data(kept[3]) : null;
        var kernel = BatchNormKernel.For(channels);
        var (sum, product) = (new double[channels], new double[channels]);
        kernel.BackwardSums(
            NativeTensor.Data(map), NativeTensor.Data(gradient), rows, channels, mean, scale, shift, rectified, rectify, sum, product);
        double[][] whole = WholeBatch.Sums(share, sum, product);
        double number = share?.Whole(rows) ?? rows;
        Tensor scaleGradient = empty(channels), shiftGradient = empty(channels);
        Tensor result = inPlace ? map.detach() : MapLayout.Empty(MapLayout.Shape(map), channels);
        Tensor? addend = wanted.Length > 3 && wanted[3] ? MapLayout.Empty(MapLayout.Shape(map), channels) : null;
        float* dGamma = NativeTensor.Data(scaleGradient), dBeta = NativeTensor.Data(shiftGradient);
        float[] factors = new float[3 * channels];
        for (int c = 0; c < channels; c++)
        {
            // γr (g − mean(g) − x̂ mean(g x̂)), as a factor of g, one of y and a rest.
            double along = whole[1][c] * rate[c] * rate[c] / number;
            dGamma[c] = (float)(product[c] * rate[c]);
            dBeta[c] = (float)sum[c];
            factors[c] = scale[c];
            factors[channels + c] = (float)(-scale[c] * along);
            factors[2 * channels + c] = (float)(scale[c] * (along * mean[c] - whole[0][c] / number));
        }

        fixed (float* factor = factors)
        {
            kernel.Backward(
                NativeTensor.Data(map), NativeTensor.Data(gradient), rows, channels, factor, scale, shift, rectified, rectify,
                NativeTensor.Data(result),
                addend is null ? null : NativeTensor.Data(addend));
        }

        GC.KeepAlive(kept);
        GC.KeepAlive(gradient);
        return wanted.Length > 3 ? [result, scaleGradient, shiftGradient, addend] : [result, scaleGradient, shiftGradient];
    }

    // The same, as operations of the graph. Those with respect to γ and β are asked for in this place by few.
    private static Tensor?[] Differentiable(
        Tensor[] kept, Tensor gradient, bool[] wanted, bool rectify, double epsilon, BatchShare? share)
    {
        Tensor result = GraphNode.Run(
            [kept[0], kept[1], gradient],
            inputs => (Backward(kept, inputs[2], [true, false, false], rectify, inPlace: false, share)[0]!, [.. kept, inputs[2]]),
            (all, direction, _) => is_grad_enabled()
                ? SecondDifferentiable(all[..^1], all[^1], direction, rectify, epsilon, share)
                : Second(all[..^1], all[^1], MapLayout.ChannelsLast(direction), rectify, share));
        if (!wanted[1] && !wanted[2] && wanted.Length == 3)
            return [result, null, null];
        Tensor g = rectify ? gradient * Positive(kept) : gradient, rows = Rows(g);
        Tensor? scaleGradient = wanted[1] ? (rows * Normal(kept[0], epsilon, share).Value).sum([0L]) : null,
            shiftGradient = wanted[2] ? rows.sum([0L]) : null;
        return wanted.Length > 3 ? [result, scaleGradient, shiftGradient, g] : [result, scaleGradient, shiftGradient];
    }

    /// <summary>
    /// The derivatives of Σ v·dy with respect to y, γ and g, for dy = γr (g − ḡ − x̂c), c the mean of g x̂. With e the mean of v x̂: with
    /// respect to g the same map of v, with respect to y −γr² (c (v − v̄) + e (g − ḡ) + x̂ (mean(vg) − v̄ḡ − 3ce)).
    /// </summary>
    private static Tensor?[] Second(Tensor[] kept, Tensor gradient, Tensor direction, bool rectify, BatchShare? share)
    {
        (Tensor map, int channels) = (kept[0], (int)kept[0].shape[1]);
        nint rows = (nint)(map.numel() / channels);
        float* y = NativeTensor.Data(map), v = NativeTensor.Data(direction), gamma = NativeTensor.Data(kept[1]);
        float* mean = NativeTensor.Data(kept[2]), rate = mean + channels, scale = mean + 2 * channels, shift = mean + 3 * channels;
        float* rectified = kept.Length > 3 ? NativeTensor.Data(kept[3]) : null;
        Tensor masked = MapLayout.Empty(MapLayout.Shape(map), channels), toMap = MapLayout.Empty(MapLayout.Shape(map), channels),
            toScale = empty(channels);
        float* g = NativeTensor.Data(masked), dScale = NativeTensor.Data(toScale);
        float[] same = new float[3 * channels], ofDirection = new float[3 * channels], ofGradient = new float[2 * channels],
            adjoint = new float[3 * channels];
        Array.Fill(same, 1, 0, channels);
        double[] gSum = new double[channels], gProduct = new double[channels], vSum = new double[channels], vProduct = new double[channels],
            both = new double[channels];
        var kernel = BatchNormKernel.For(channels);
        fixed (float* one = same, a = ofDirection, b = ofGradient, h = adjoint)
        {
            float* zeros = one + channels;
            kernel.Backward(y, NativeTensor.Data(gradient), rows, channels, one, scale, shift, rectified, rectify, g, null);
            kernel.BackwardSums(y, g, rows, channels, mean, scale, shift, null, rectify: false, gSum, gProduct);
            kernel.BackwardSums(g, v, rows, channels, zeros, scale, shift, null, rectify: false, vSum, both);
            kernel.BackwardSums(y, v, rows, channels, mean, scale, shift, null, rectify: false, vSum, vProduct);
            double[][] whole = WholeBatch.Sums(share, gSum, gProduct, vSum, vProduct, both);
            double number = share?.Whole(rows) ?? rows;
            for (int i = 0; i < channels; i++)
            {
                double meanG = whole[0][i] / number, c = whole[1][i] * rate[i] / number, meanV = whole[2][i] / number,
                    e = whole[3][i] * rate[i] / number, meanBoth = whole[4][i] / number;
                double factor = -gamma[i] * rate[i] * rate[i], ofNormal = meanBoth - meanV * meanG - 3 * c * e;
                dScale[i] = (float)(rate[i] * (both[i] - rows * (meanV * meanG + c * e)));
                a[i] = (float)(factor * c);
                a[channels + i] = (float)(factor * ofNormal * rate[i]);
                a[2 * channels + i] = (float)(-factor * (c * meanV + e * meanG + ofNormal * rate[i] * mean[i]));
                b[i] = (float)(factor * e);
                h[i] = scale[i];
                h[channels + i] = (float)(-scale[i] * e * rate[i]);
                h[2 * channels + i] = (float)(scale[i] * (e * rate[i] * mean[i] - meanV));
            }

            float* to = NativeTensor.Data(toMap);
            kernel.Backward(y, v, rows, channels, a, scale, shift, null, rectify: false, to, null);
            kernel.Forward(g, rows, channels, b, b + channels, to, rectify: false, to);

            // From here on the memory of g holds the derivative with respect to it.
            kernel.Backward(y, v, rows, channels, h, scale, shift, null, rectify: false, g, null);
            if (rectify)
                kernel.Backward(y, g, rows, channels, one, scale, shift, rectified, rectify, g, null);
        }

        GC.KeepAlive(kept);
        GC.KeepAlive(gradient);
        GC.KeepAlive(direction);
        return [toMap, toScale, masked];
    }

    private static Tensor?[] SecondDifferentiable(
        Tensor[] kept, Tensor gradient, Tensor direction, bool rectify, double epsilon, BatchShare? share)
    {
        Tensor mask = rectify ? Rows(Positive(kept)) : ones(1), g = Rows(gradient) * mask, v = Rows(direction);
        (Tensor normal, Tensor rate) = Normal(kept[0], epsilon, share);
        Tensor c = WholeBatch.Mean(g * normal, share), e = WholeBatch.Mean(v * normal, share);
        Tensor vCentred = v - WholeBatch.Mean(v, share), gCentred = g - WholeBatch.Mean(g, share);
        Tensor product = vCentred * gCentred, covariance = WholeBatch.Mean(product, share), scale = kept[1] * rate;
        Tensor toMap = -scale * rate * (c * vCentred).Plus(e * gCentred).Plus(normal * (covariance - c.Times(3) * e));
        Tensor toGradient = scale * (vCentred - normal * e) * mask;
        Tensor toScale = rate * (product.sum([0L]) - (c * e).Times(v.shape[0]));
        return [Map(toMap, kept[0]), toScale, Map(toGradient, kept[0])];
    }

    private static (Tensor Value, Tensor Rate) Normal(Tensor map, double epsilon, BatchShare? share)
    {
        Tensor rows = Rows(map), centred = rows - WholeBatch.Mean(rows, share);
        Tensor rate = WholeBatch.Mean(centred.Squared(), share).Plus(epsilon).rsqrt();
        return (centred * rate, rate);
    }

    /// <summary>1 where the map was not rectified away, [N, C, H, W]: a constant.</summary>
    private static Tensor Positive(Tensor[] kept)
    {
        using IDisposable constant = no_grad();
        Tensor rows = kept.Length > 3 ? Rows(kept[3]) : (Rows(kept[0]) * kept[2][2]).Plus(kept[2][3]);
        return Map(rows.relu().sign(), kept[0]);
    }

    private static Tensor Rows(Tensor map) => MapLayout.ChannelsLast(map).permute(0, 2, 3, 1).reshape(-1, map.shape[1]);

    private static Tensor Map(Tensor rows, Tensor like) => rows.reshape(like.permute(0, 2, 3, 1).shape).permute(0, 3, 1, 2);
}
