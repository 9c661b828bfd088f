namespace Lethe.Augmentation;

/// <summary>
/// One axis of an antialiased bilinear resize: which inputs each output is a weighted mean of. The convention is PIL's (and torchvision's with
/// <c>antialias=True</c>): pixels are centred on half integers, the filter is a triangle of radius 1 output pixel where the image shrinks and 1 input
/// pixel where it grows, cut off at the borders and normalised to sum 1.
/// </summary>
internal sealed class ResampleAxis
{
    private int[] starts = [];
    private int[] counts = [];
    private float[] weights = [];
    private int taps;

    /// <summary>The lowest input that any output uses.</summary>
    public int First { get; private set; }

    /// <summary>One more than the highest input that any output uses.</summary>
    public int End { get; private set; }

    /// <summary>Computes the weights; nothing is allocated unless they need more room than ever before.</summary>
    /// <param name="cropStart">The first input of the part that is resized.</param>
    /// <param name="cropLength">How many inputs it has.</param>
    /// <param name="resizedLength">To how many outputs it is resized.</param>
    /// <param name="firstOutput">The first output that is wanted.</param>
    /// <param name="outputs">How many outputs are wanted.</param>
    /// <param name="mirrored">Whether the wanted outputs come in reverse order.</param>
    public void Compute(int cropStart, int cropLength, int resizedLength, int firstOutput, int outputs, bool mirrored)
    {
        double scale = (double)cropLength / resizedLength;
        double radius = Math.Max(scale, 1);
        taps = 2 * (int)Math.Ceiling(radius) + 1;
        ViewScratch.Grow(ref starts, outputs);
        ViewScratch.Grow(ref counts, outputs);
        ViewScratch.Grow(ref weights, outputs * taps);
        First = int.MaxValue;
        End = 0;
        for (int i = 0; i < outputs; i++)
        {
            double centre = (firstOutput + i + 0.5) * scale;
            int start = Math.Max((int)(centre - radius + 0.5), 0);
            int count = Math.Min((int)(centre + radius + 0.5), cropLength) - start;
            int output = mirrored ? outputs - 1 - i : i;
            Span<float> ofOutput = weights.AsSpan(output * taps, count);
            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                double weight = Math.Max(1 - Math.Abs(start + k + 0.5 - centre) / radius, 0);
                ofOutput[k] = (float)weight;
                sum += weight;
            }

            float normaliser = (float)(1 / sum);
            for (int k = 0; k < count; k++)
                ofOutput[k] *= normaliser;
            starts[output] = cropStart + start;
            counts[output] = count;
            First = Math.Min(First, cropStart + start);
            End = Math.Max(End, cropStart + start + count);
        }
    }

    /// <summary>The first input of an output.</summary>
    /// <param name="output">Which output.</param>
    public int Start(int output) => starts[output];

    /// <summary>The weights of an output: of its first input and those that follow.</summary>
    /// <param name="output">Which output.</param>
    public ReadOnlySpan<float> Weights(int output) => weights.AsSpan(output * taps, counts[output]);
}
