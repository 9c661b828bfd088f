using Lethe.Kernels;
using Lethe.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Models;

/// <summary>
/// Convolutions of a network: those of 3×3 taps at stride 1 in float32 on a processor by <see cref="WinogradConvolution"/> where it pays, all others by torch. Either way they can
/// be differentiated as often as one likes.
/// </summary>
internal static unsafe class MapConvolution
{
    /// <summary>What a layer gives for a map.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">[N, C, H, W].</param>
    /// <returns>[N, C′, H′, W′].</returns>
    public static Tensor Forward(Conv2d layer, Tensor input) =>
        layer.bias is null && IsOurs(input, layer.weight, layer.stride, layer.padding) ? Run(input, layer.weight, transposed: false) : layer.forward(input);

    /// <summary>A convolution without graph.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="weight">[C′, C, K, K].</param>
    /// <param name="bias">[C′].</param>
    /// <param name="strides">Down and across, in pixels.</param>
    /// <param name="padding">Down and across, in pixels.</param>
    /// <returns>[N, C′, H′, W′].</returns>
    public static Tensor Forward(Tensor input, Tensor weight, Tensor bias, long[] strides, long[] padding) => IsOurs(input, weight, strides, padding)
        ? Compute(MapLayout.ChannelsLast(input), weight, transposed: false, bias)
        : nn.functional.conv2d(input, weight, bias, strides, padding);

    private static bool IsOurs(Tensor input, Tensor weight, ReadOnlySpan<long> strides, ReadOnlySpan<long> padding) =>
        input.device_type == TorchSharp.DeviceType.CPU
        && input.dtype == ScalarType.Float32
        && strides is [1, 1] && padding is [1, 1]
        && weight.shape is [long to, long from, 3, 3]
        && WinogradConvolution.Pays(MapLayout.Shape(input), (int)from, (int)to);

    /// <summary>The convolution, or its transpose: the gradient of one with respect to its input.</summary>
    private static Tensor Run(Tensor input, Tensor weight, bool transposed) => GraphNode.Run(
        [MapLayout.ChannelsLast(input), weight.contiguous()],
        inputs => (Compute(inputs[0], inputs[1], transposed, bias: null), []),
        (inputs, _, gradient, wanted) =>
        [
            wanted[0] ? Run(gradient, inputs[1], !transposed) : null,
            !wanted[1] ? null : transposed ? WeightGradient(gradient, inputs[0]) : WeightGradient(inputs[0], gradient),
        ]);

    /// <summary>The gradient with respect to the weight, linear in the input and in the gradient with respect to the output.</summary>
    private static Tensor WeightGradient(Tensor input, Tensor gradient) => GraphNode.Run(
        [MapLayout.ChannelsLast(input), MapLayout.ChannelsLast(gradient)],
        inputs =>
        {
            (int from, int to) = (Channels(inputs[0]), Channels(inputs[1]));
            Tensor weight = empty(to, from, 3, 3);
            WinogradConvolution.WeightGradient(MapLayout.Shape(inputs[0]), NativeTensor.Data(inputs[0]), from, NativeTensor.Data(inputs[1]), to, NativeTensor.Data(weight));
            GC.KeepAlive(inputs);
            return (weight, []);
        },
        (inputs, _, weight, wanted) => [wanted[0] ? Run(inputs[1], weight, transposed: true) : null, wanted[1] ? Run(inputs[0], weight, transposed: false) : null]);

    private static Tensor Compute(Tensor input, Tensor weight, bool transposed, Tensor? bias)
    {
        MapShape shape = MapLayout.Shape(input);
        int from = Channels(input), to = (int)weight.shape[transposed ? 1 : 0];
        Tensor output = MapLayout.Empty(shape, to);
        WinogradConvolution.Forward(shape, NativeTensor.Data(input), from, NativeTensor.Data(weight), transposed, bias is null ? null : NativeTensor.Data(bias), NativeTensor.Data(output), to);
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return output;
    }

        private static int Channels(Tensor map) => (int)map.shape[1];
}
