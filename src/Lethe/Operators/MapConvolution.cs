using Lethe.Operators.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// Convolutions of a network: in float32 on a processor by kernels of our own where these are faster, all others by torch. Either way they can be differentiated as often as one likes.
/// </summary>
internal static unsafe class MapConvolution
{
    /// <summary>What a layer gives for a map.</summary>
    /// <param name="layer">The layer, without bias.</param>
    /// <param name="input">[N, C, H, W].</param>
    /// <returns>[N, C′, H′, W′].</returns>
    public static Tensor Forward(Conv2d layer, Tensor input) => Forward(input, layer.weight, bias: null, (int)layer.stride[0], (int)layer.padding![0]);

    /// <summary>A convolution; with a bias without graph.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="weight">[C′, C, K, K].</param>
    /// <param name="bias">[C′], or null.</param>
    /// <param name="stride">Down and across, in pixels.</param>
    /// <param name="padding">Down and across, in pixels.</param>
    /// <returns>[N, C′, H′, W′].</returns>
    public static Tensor Forward(Tensor input, Tensor weight, Tensor? bias, int stride, int padding)
    {
        if (Kernel(input, weight, stride, padding) is { } kernel)
            return bias is null ? Run(kernel, input, weight) : Output(kernel, MapLayout.ChannelsLast(input), weight.contiguous(), bias);

        // The stride is taken before a 1×1 convolution: on a processor, the backward pass of one with a stride and few channels in channels-last memory
        // writes past its buffers (oneDNN in libtorch 2.10, fewer than 8 with AVX2).
        return stride > 1 && weight.shape[2] == 1
            ? nn.functional.conv2d(input.slice(2, 0, input.shape[2], stride).slice(3, 0, input.shape[3], stride), weight, bias)
            : nn.functional.conv2d(input, weight, bias, [stride, stride], [padding, padding]);
    }

    private static ConvolutionKernel? Kernel(Tensor input, Tensor weight, int stride, int padding)
    {
        if (input.device_type != TorchSharp.DeviceType.CPU || input.dtype != ScalarType.Float32)
            return null;
        (int to, int from, int taps) = ((int)weight.shape[0], (int)weight.shape[1], (int)weight.shape[2]);
        if (taps == 3 && stride == 1 && padding == 1 && WinogradConvolution.Pays(MapLayout.Shape(input), from, to))
            return WinogradConvolution.Instance;
        return PatchConvolution.Pays(stride, from, to) ? new PatchConvolution(taps, stride, padding) : null;
    }

    private static Tensor Run(ConvolutionKernel kernel, Tensor input, Tensor weight) => GraphNode.Run(
        [MapLayout.ChannelsLast(input), weight.contiguous()],
        inputs => (Output(kernel, inputs[0], inputs[1], bias: null), inputs),
        (inputs, gradient, wanted) =>
        [
            wanted[0] ? InputGradient(kernel, gradient, inputs[1], MapLayout.Shape(inputs[0])) : null,
            wanted[1] ? WeightGradient(kernel, inputs[0], gradient, inputs[1].shape) : null,
        ]);

    private static Tensor InputGradient(ConvolutionKernel kernel, Tensor gradient, Tensor weight, MapShape shape) => GraphNode.Run(
        [MapLayout.ChannelsLast(gradient), weight.contiguous()],
        inputs =>
        {
            (int to, int from) = (Channels(inputs[0]), (int)inputs[1].shape[1]);
            Tensor output = MapLayout.Empty(shape, from);
            kernel.InputGradient(shape, NativeTensor.Data(inputs[0]), to, NativeTensor.Data(inputs[1]), NativeTensor.Data(output), from);
            GC.KeepAlive(inputs);
            return (output, inputs);
        },
        (inputs, direction, wanted) =>
        [
            wanted[0] ? Run(kernel, direction, inputs[1]) : null,
            wanted[1] ? WeightGradient(kernel, direction, inputs[0], inputs[1].shape) : null,
        ]);

    private static Tensor WeightGradient(ConvolutionKernel kernel, Tensor input, Tensor gradient, long[] weightShape) => GraphNode.Run(
        [MapLayout.ChannelsLast(input), MapLayout.ChannelsLast(gradient)],
        inputs =>
        {
            Tensor weight = NativeTensor.Empty(weightShape);
            kernel.WeightGradient(
                MapLayout.Shape(inputs[0]), NativeTensor.Data(inputs[0]), Channels(inputs[0]), NativeTensor.Data(inputs[1]), Channels(inputs[1]), NativeTensor.Data(weight));
            GC.KeepAlive(inputs);
            return (weight, inputs);
        },
        (inputs, direction, wanted) =>
        [
            wanted[0] ? InputGradient(kernel, inputs[1], direction, MapLayout.Shape(inputs[0])) : null,
            wanted[1] ? Run(kernel, inputs[0], direction) : null,
        ]);

    private static Tensor Output(ConvolutionKernel kernel, Tensor input, Tensor weight, Tensor? bias)
    {
        MapShape shape = MapLayout.Shape(input);
        int to = (int)weight.shape[0];
        Tensor output = MapLayout.Empty(kernel.Output(shape), to);
        float* shift = bias is null ? null : NativeTensor.Data(bias);
        kernel.Forward(shape, NativeTensor.Data(input), Channels(input), NativeTensor.Data(weight), shift, NativeTensor.Data(output), to);
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return output;
    }

    private static int Channels(Tensor map) => (int)map.shape[1];
}
