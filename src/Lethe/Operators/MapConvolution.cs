using Lethe.Numerics;
using Lethe.Operators.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// Convolutions of a network: in float32 on a processor by kernels of our own, all others by torch. Either way they can be differentiated
/// as often as one likes, and are tested on each new shape before they are trusted (<see cref="ConvolutionGuard"/>).
/// </summary>
internal static unsafe class MapConvolution
{
    // An image or a few: unlike torch's, our kernels do the same for each.
    private const int MostTested = 1 << 16;

    private static readonly ConvolutionGuard Guard = new(
        (input, weight, stride, padding) => Run(Kernel(Spec(input, weight, stride, padding)), input, weight), MostTested);

    /// <summary>What a layer gives for a map.</summary>
    /// <param name="layer">The layer, without dilation or groups.</param>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="source">What the map was made of, if it may be made again for backward in place of keeping it.</param>
    /// <returns>[N, C′, H′, W′].</returns>
    /// <exception cref="ArgumentException">The map does not fit the layer.</exception>
    public static Tensor Forward(Conv2d layer, Tensor input, NormalisedMap? source = null) =>
        Forward(input, layer.weight, layer.bias, (int)layer.stride[0], (int)layer.padding![0], source);

    /// <summary>A convolution.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="weight">[C′, C, K, K].</param>
    /// <param name="bias">[C′], or null.</param>
    /// <param name="stride">Down and across, in pixels.</param>
    /// <param name="padding">Down and across, in pixels.</param>
    /// <param name="source">What the map was made of, if it may be made again for backward in place of keeping it.</param>
    /// <returns>[N, C′, H′, W′].</returns>
    /// <exception cref="ArgumentException">Shapes, types or devices do not fit each other, or the map is empty.</exception>
    public static Tensor Forward(Tensor input, Tensor weight, Tensor? bias, int stride, int padding, NormalisedMap? source = null)
    {
        Require(input, weight, bias, stride, padding);
        ConvolutionSpec spec = Spec(input, weight, stride, padding);
        if (OperatorSwitch.MultipliesInHalves && input.dtype == ScalarType.Float32)
        {
            const ScalarType Half = ScalarType.BFloat16;
            return TorchConvolution.Run(input.to(Half), weight.to(Half), bias?.to(Half), spec).to(ScalarType.Float32);
        }

        if (OperatorSwitch.Own && input.device_type == TorchSharp.DeviceType.CPU && input.dtype == ScalarType.Float32)
        {
            if (Guard.Passes(spec, channelsLast: true))
                return Own(Kernel(spec), input, weight, bias, source);
            GiveUp(spec);
        }

        return TorchConvolution.Run(input, weight, bias, spec);
    }

    private static void Require(Tensor input, Tensor weight, Tensor? bias, int stride, int padding)
    {
        TensorCheck.Usable(input, nameof(input));
        TensorCheck.Usable(weight, nameof(weight));
        if (weight.dim() != 4 || weight.shape[2] != weight.shape[3])
            throw new ArgumentException($"Expected weights [C′, C, K, K], found {TensorCheck.Words(weight)}.", nameof(weight));
        if (input.dim() != 4 || input.shape[1] != weight.shape[1] || input.numel() == 0)
            throw new ArgumentException($"Expected a feature map [N, {weight.shape[1]}, H, W] with at least one image, found "
                + $"{TensorCheck.Words(input)}.", nameof(input));
        TensorCheck.Alike(weight, input, nameof(weight));
        if (bias is not null)
        {
            TensorCheck.Usable(bias, nameof(bias));
            TensorCheck.Shape(bias, [weight.shape[0]], nameof(bias));
            TensorCheck.Alike(bias, input, nameof(bias));
        }

        long least = weight.shape[2] - 2 * padding;
        if (input.shape[2] < least || input.shape[3] < least)
            throw new ArgumentException(
                $"Expected a feature map of {least}×{least} pixels at least, found {TensorCheck.Words(input)}.", nameof(input));
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
    }

    private static ConvolutionSpec Spec(Tensor input, Tensor weight, int stride, int padding) =>
        new(MapLayout.Shape(input), (int)weight.shape[1], (int)weight.shape[0], (int)weight.shape[2], stride, padding);

    private static ConvolutionKernel Kernel(ConvolutionSpec spec) =>
        Lanes.Wide && Fills<Lane16>(spec.To)
            && (Fills<Lane16>(spec.From) || spec.From < MatrixTile<Lane8>.Columns) ? Kernel<Lane16>(spec) : Kernel<Lane8>(spec);

    private static ConvolutionKernel Kernel<TLane>(ConvolutionSpec spec)
        where TLane : struct, ILane<TLane> =>
        spec is { Taps: 3, Stride: 1, Padding: 1 } && WinogradConvolution<TLane>.Pays(spec.Shape, spec.From, spec.To)
            ? WinogradConvolution<TLane>.Instance
            : new IndirectConvolution<TLane>(spec.Taps, spec.Stride, spec.Padding);

    private static bool Fills<TLane>(int channels)
        where TLane : struct, ILane<TLane> => channels % MatrixTile<TLane>.Columns == 0;

    private static void GiveUp(ConvolutionSpec spec)
    {
        OperatorSwitch.TurnOff();
        OperatorNotices.Give(
            $"This library's convolutions compute wrong numbers on this machine (seen with {spec.Taps}×{spec.Taps} from {spec.From} to "
            + $"{spec.To} channels). "
            + "Torch's are used instead. Please report it, with what /proc/cpuinfo says.");
    }

    private static Tensor Own(ConvolutionKernel kernel, Tensor input, Tensor weight, Tensor? bias, NormalisedMap? source)
    {
        if (bias is null)
            return source is null ? Run(kernel, input, weight) : Run(kernel, input, weight, source);
        bool graph = is_grad_enabled() && (input.requires_grad || weight.requires_grad || bias.requires_grad);
        return graph
            ? Run(kernel, input, weight).Plus(bias.reshape(1, -1, 1, 1))
            : Output(kernel, MapLayout.ChannelsLast(input), weight.contiguous(), bias.contiguous());
    }

    private static Tensor Run(ConvolutionKernel kernel, Tensor input, Tensor weight) => GraphNode.Run(
        [MapLayout.ChannelsLast(input), weight.contiguous()],
        inputs => (Output(kernel, inputs[0], inputs[1], bias: null), inputs),
        (inputs, gradient, wanted) =>
        [
            wanted[0] ? InputGradient(kernel, gradient, inputs[1], MapLayout.Shape(inputs[0])) : null,
            wanted[1] ? WeightGradient(kernel, inputs[0], gradient, inputs[1].shape) : null,
        ]);

    // Keeps what the map was made of.
    private static Tensor Run(ConvolutionKernel kernel, Tensor input, Tensor weight, NormalisedMap source) => GraphNode.Run(
        [MapLayout.ChannelsLast(input), weight.contiguous()],
        inputs => (Output(kernel, inputs[0], inputs[1], bias: null), [inputs[1], source.Map, source.Scale, source.Shift, source.Values]),
        (kept, gradient, wanted) =>
        [
            wanted[0] ? InputGradient(kernel, gradient, kept[0], MapLayout.Shape(kept[1])) : null,
            wanted[1]
                ? WeightGradient(
                    kernel, MapNormalisation.Again(source with { Map = kept[1], Scale = kept[2], Shift = kept[3], Values = kept[4] }),
                    gradient, kept[0].shape)
                : null,
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
                MapLayout.Shape(inputs[0]), NativeTensor.Data(inputs[0]), Channels(inputs[0]), NativeTensor.Data(inputs[1]),
                Channels(inputs[1]), NativeTensor.Data(weight));
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
