using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>
/// One axis of an antialiased resize: which inputs each output is a weighted mean of. The convention is PIL's (and torchvision's with
/// <c>antialias=True</c>): pixels are centred on half integers, the filter is as wide as its radius in output pixels where the image
/// shrinks and in input pixels where it grows, cut off at the borders and normalised to sum 1. All outputs have the same number of weights,
/// of which some are 0.
/// </summary>
internal sealed class ResampleAxis
{
    private const int Lanes = 4; // outputs that are computed together

    private int[] starts = [];
    private float[] weights = []; // [tap, output]
    private int outputs;
    private int rounded; // the outputs, to a whole number of vectors
    private bool mirrored;

    /// <summary>Inputs that each output is a mean of.</summary>
    public int Taps { get; private set; }

    /// <summary>The lowest input that any output uses.</summary>
    public int First { get; private set; }

    /// <summary>One more than the highest input that any output uses.</summary>
    public int End { get; private set; }

    /// <summary>Computes the weights; nothing is allocated unless they need more room than ever before.</summary>
    /// <param name="interpolation">The filter.</param>
    /// <param name="cropStart">The first input of the part that is resized.</param>
    /// <param name="cropLength">How many inputs it has.</param>
    /// <param name="resizedLength">To how many outputs it is resized.</param>
    /// <param name="firstOutput">The first output that is wanted.</param>
    /// <param name="outputs">How many outputs are wanted.</param>
    /// <param name="mirrored">Whether the wanted outputs come in reverse order.</param>
    public void Compute(
        Interpolation interpolation, int cropStart, int cropLength, int resizedLength, int firstOutput, int outputs, bool mirrored)
    {
        (this.outputs, this.mirrored) = (outputs, mirrored);
        rounded = (outputs + Lanes - 1) / Lanes * Lanes;
        double scale = (double)cropLength / resizedLength;
        double stretch = Math.Max(scale, 1);
        double radius = interpolation.Radius() * stretch;
        Taps = Math.Min((int)Math.Ceiling(2 * radius), cropLength);
        Span<int> start = GrowingBuffer.Grow(ref starts, rounded);
        Span<float> weight = GrowingBuffer.Grow(ref weights, Taps * rounded);
        Vector256<double> half = Vector256.Create(0.5), inverse = Vector256.Create(1 / stretch),
            last = Vector256.Create((double)(cropLength - Taps));
        for (int i = 0; i < rounded; i += Lanes)
        {
            Vector256<double> centre =
                (
                    Vector256.Create(firstOutput + 0.5, firstOutput + 1.5, firstOutput + 2.5, firstOutput + 3.5) + Vector256
                        .Create((double)i)) * scale;

            // Of the inputs from here on, those beyond the filter's radius have the weight 0.
            Vector256<double> from = Vector256.Min(
                Vector256.Max(Vector256.Floor(centre - Vector256.Create(radius) + half), Vector256<double>.Zero), last);
            for (int lane = 0; lane < Lanes; lane++)
                start[i + lane] = cropStart + (int)from[lane];
            Vector256<double> offset = from + half - centre, sum = Vector256<double>.Zero;
            for (int k = 0; k < Taps; k++)
            {
                Vector256<double> raw = interpolation.Weigh((offset + Vector256.Create((double)k)) * inverse);
                sum += raw;
                Vector256.Narrow(raw, raw).GetLower().CopyTo(weight[(k * rounded + i)..]);
            }

            Vector256<double> normaliser = Vector256<double>.One / sum;
            Vector128<float> times = Vector256.Narrow(normaliser, normaliser).GetLower();
            for (int k = 0; k < Taps; k++)
            {
                Span<float> four = weight[(k * rounded + i)..];
                (Vector128.Create<float>(four) * times).CopyTo(four);
            }
        }

        // Starts never go back from one output to the next.
        First = start[0];
        End = start[outputs - 1] + Taps;
    }

    /// <summary>The first input of an output.</summary>
    /// <param name="output">Which output.</param>
    public int Start(int output) => starts[Place(output)];

    /// <summary>The weight of an input for an output.</summary>
    /// <param name="output">Which output.</param>
    /// <param name="tap">Which input, counted from <see cref="Start"/>; 0 beyond the <see cref="Taps"/>.</param>
    public float Weight(int output, int tap) => tap < Taps ? weights[tap * rounded + Place(output)] : 0;

    private int Place(int output) => mirrored ? outputs - 1 - output : output;
}
