using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// Tests a way to convolve on each new shape before its numbers are used. A fault found so far depended on shape, batch, layout and
/// threads, so that nothing less than the convolution at hand tells.
/// </summary>
/// <remarks>
/// Verdicts are kept for the process and not on disk: a test takes some milliseconds beside the convolution itself, and a fault that comes
/// and goes would be missed by a verdict of yesterday.
/// </remarks>
/// <param name="convolve">The way: map, weight, stride and padding to map.</param>
/// <param name="mostNumbers">Numbers of a map that is tested, at most: a larger batch is tested with fewer images.</param>
internal sealed class ConvolutionGuard(Func<Tensor, Tensor, int, int, Tensor> convolve, int mostNumbers)
{
    // Over more pixels the rounding of a weight's gradient comes near to what the test takes for a fault.
    private const int MostPixels = 1 << 18;

    private readonly ConcurrentDictionary<Case, bool> passed = new();
    private readonly Lock gate = new();

    /// <summary>Whether a convolution can be trusted.</summary>
    /// <param name="spec">Shapes.</param>
    /// <param name="channelsLast">How the map lies in memory.</param>
    /// <returns>Whether its output and its gradients are those of the definition.</returns>
    public bool Passes(ConvolutionSpec spec, bool channelsLast)
    {
        int pixels = spec.Shape.Height * spec.Shape.Width,
            numbers = Math.Max(pixels * spec.From, spec.Output.Height * spec.Output.Width * spec.To);
        int images = Math.Clamp(Math.Min(mostNumbers / numbers, MostPixels / pixels), 1, spec.Shape.Images);
        spec = spec with { Shape = spec.Shape with { Images = images } };
        var key = new Case(spec, channelsLast, get_num_threads());
        if (passed.ContainsKey(key))
            return true;
        lock (gate)
            return passed.ContainsKey(key)
                || (ConvolutionTest.Error(spec, channelsLast, convolve) <= ConvolutionTest.Tolerance && passed.TryAdd(key, true));
    }

    private readonly record struct Case(ConvolutionSpec Spec, bool ChannelsLast, int Threads);
}
