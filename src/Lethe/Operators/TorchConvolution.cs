using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>Torch's own convolution, tested before it is trusted where oneDNN computes it.</summary>
internal static class TorchConvolution
{
    private const int MostTested = 1 << 24;

    private static readonly ConvolutionGuard Guard = new(
        (input, weight, stride, padding) => Convolve(input, weight, null, stride, padding), MostTested);

    /// <summary>A convolution in torch's graph.</summary>
    /// <param name="input">[N, C, H, W], of any type, on any device.</param>
    /// <param name="weight">[C′, C, K, K].</param>
    /// <param name="bias">[C′], or null.</param>
    /// <param name="spec">Their shapes.</param>
    /// <returns>[N, C′, H′, W′].</returns>
    /// <exception cref="TrainingException">This machine computes it wrongly, and there is no other way.</exception>
    public static Tensor Run(Tensor input, Tensor weight, Tensor? bias, ConvolutionSpec spec)
    {
        if (OneDnn.InUse && input.device_type == TorchSharp.DeviceType.CPU && input.dtype == ScalarType.Float32)
        {
            // A division by zero ends the process, so the test must not try what is known to fail.
            bool channelsLast = MapLayout.IsChannelsLast(input), good = !OneDnn.KnownToFail && Guard.Passes(spec, channelsLast);
            if (!good && !(Replace(spec) && Guard.Passes(spec, channelsLast)))
            {
                throw new TrainingException(
                    $"Torch computes a convolution of {spec.Taps}×{spec.Taps} from {spec.From} to {spec.To} channels wrongly on this "
                    + "machine, in every way that it has. "
                    + "Use --kernels ours on a processor with AVX2, or another machine, and please report it with what /proc/cpuinfo "
                    + "says.");
            }
        }

        // What is known to end the process is kept from it in every type; the test above is one of float32.
        if (input.dtype == ScalarType.BFloat16 && input.device_type == TorchSharp.DeviceType.CPU && OneDnn.InUse && OneDnn.KnownToFail)
            Replace(spec);
        return Convolve(input, weight, bias, spec.Stride, spec.Padding);
    }

    // The stride is taken before a 1×1 convolution: on a processor, the backward pass of one with a stride and few channels in
    // channels-last memory writes past its buffers (oneDNN in libtorch 2.10: below 8 channels with AVX2, below 16 with AVX-512).
    private static Tensor Convolve(Tensor input, Tensor weight, Tensor? bias, int stride, int padding) =>
        stride > 1 && weight.shape[2] == 1
            ? nn.functional.conv2d(input.slice(2, 0, input.shape[2], stride).slice(3, 0, input.shape[3], stride), weight, bias)
            : nn.functional.conv2d(input, weight, bias, [stride, stride], [padding, padding]);

    private static bool Replace(ConvolutionSpec spec)
    {
        if (!OneDnn.InUse || !OneDnn.TrySwitchOff())
            return false;
        OperatorNotices.Give(
            OneDnn.KnownToFail
                ? "This machine hides the sizes of its caches, where torch's fast convolutions compute wrong numbers. Torch's slow ones "
                    + "are used instead."
                : $"Torch's fast convolutions compute wrong numbers on this machine (seen with {spec.Taps}×{spec.Taps} from {spec.From} "
                    + $"to {spec.To} channels). "
                    + "Torch's slow ones are used instead.");
        return true;
    }
}
