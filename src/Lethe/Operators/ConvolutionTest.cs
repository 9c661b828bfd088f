using System.Runtime.InteropServices;
using Lethe.Numerics;
using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// Tests a convolution and its two gradients against the definition, at a small part of its cost: channels are summed up with random signs
/// before the definition is applied, which is the same as after it (Freivalds 1977, Probabilistic machines can use less running time).
/// </summary>
internal static class ConvolutionTest
{
    /// <summary>The largest difference that rounding explains, by far; the faults that were seen are of a hundredth at least.</summary>
    public const double Tolerance = 2e-4;

    // A prime, so that numbers repeat at no period of a map.
    private const int Drawn = 65521;

    /// <summary>The largest difference from the definition, relative to the size that such numbers have; NaN where a number is.</summary>
    /// <param name="spec">Shapes.</param>
    /// <param name="channelsLast">How the map lies in memory.</param>
    /// <param name="convolve">What is tested: map, weight, stride and padding to map.</param>
    /// <returns>The difference.</returns>
    public static double Error(ConvolutionSpec spec, bool channelsLast, Func<Tensor, Tensor, int, int, Tensor> convolve)
    {
        using IDisposable graph = enable_grad();
        using var scope = NewDisposeScope();
        var random = new RandomStream(0);
        MapShape shape = spec.Shape, outputs = spec.Output;
        int taps = spec.Taps * spec.Taps;
        float[] x = Draw((long)shape.Pixels * spec.From, ref random), w = Draw((long)spec.To * spec.From * taps, ref random);
        float[] g = Draw((long)outputs.Pixels * spec.To, ref random);
        double[] toSigns = Signs(spec.To, ref random), fromSigns = Signs(spec.From, ref random);

        Tensor map = Map(x, shape, spec.From, channelsLast).requires_grad_();
        Tensor weight = tensor(w).reshape(spec.To, spec.From, spec.Taps, spec.Taps).requires_grad_();
        Tensor output = convolve(map, weight, spec.Stride, spec.Padding);
        Tensor[] gradients = Gradients.Of((output * Map(g, outputs, spec.To, channelsLast)).sum(), [map, weight], retainGraph: false);

        var terms = new Terms(spec, x, w, g, toSigns, fromSigns);
        double size = Math.Sqrt((double)spec.To * spec.From) / 3;
        double errors = 0;
        foreach (int image in new SortedSet<int> { 0, shape.Images / 3, 2 * shape.Images / 3, shape.Images - 1 })
        {
            Compare(terms.Output(image), Sums(output[image], toSigns), size * Math.Sqrt(taps), ref errors);
            Compare(terms.InputGradient(image), Sums(gradients[0][image], fromSigns), size * Math.Sqrt(taps), ref errors);
        }

        float[] dw = Values(gradients[1]);
        double[] found = new double[taps];
        for (int i = 0; i < dw.Length; i++)
            found[i % taps] += toSigns[i / taps / spec.From] * fromSigns[i / taps % spec.From] * dw[i];
        Compare(terms.WeightGradient(), found, size * Math.Sqrt(outputs.Pixels), ref errors);
        return errors;
    }

    private static void Compare(double[] expected, double[] found, double size, ref double errors)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(expected[i] - found[i]) / size;
            errors = double.IsNaN(error) || double.IsNaN(errors) ? double.NaN : Math.Max(errors, error);
        }
    }

    private static float[] Draw(long count, ref RandomStream random)
    {
        float[] some = new float[Math.Min(count, Drawn)], values = new float[count];
        for (int i = 0; i < some.Length; i++)
            some[i] = (float)(2 * random.NextDouble() - 1);
        for (long i = 0; i < count; i += some.Length)
            Array.Copy(some, 0, values, i, Math.Min(some.Length, count - i));
        return values;
    }

    private static double[] Signs(int count, ref RandomStream random)
    {
        double[] signs = new double[count];
        for (int i = 0; i < count; i++)
            signs[i] = random.NextDouble() < 0.5 ? -1 : 1;
        return signs;
    }

    private static Tensor Map(float[] values, MapShape shape, int channels, bool channelsLast)
    {
        Tensor map = tensor(values).reshape(shape.Images, shape.Height, shape.Width, channels).permute(0, 3, 1, 2);
        return (channelsLast ? map : map.contiguous()).detach();
    }

    // [C, H, W] summed up over channels: [H·W].
    private static double[] Sums(Tensor map, double[] signs)
    {
        float[] values = Values(map.permute(1, 2, 0));
        double[] sums = new double[values.Length / signs.Length];
        for (int i = 0; i < values.Length; i++)
            sums[i / signs.Length] += signs[i % signs.Length] * values[i];
        return sums;
    }

    private static float[] Values(Tensor values)
    {
        using Tensor plain = values.detach().contiguous();
        return MemoryMarshal.Cast<byte, float>(plain.bytes).ToArray();
    }

    /// <summary>The definition after channels were summed up.</summary>
    private sealed class Terms
    {
        private readonly ConvolutionSpec spec;
        private readonly float[] x, g;
        private readonly double[] toSigns, fromSigns;
        private readonly double[] ofInput; // [taps, C], summed up over C′
        private readonly double[] ofOutput; // [taps, C′], summed up over C

        public Terms(ConvolutionSpec spec, float[] x, float[] w, float[] g, double[] toSigns, double[] fromSigns)
        {
            (this.spec, this.x, this.g, this.toSigns, this.fromSigns) = (spec, x, g, toSigns, fromSigns);
            int taps = spec.Taps * spec.Taps;
            ofInput = new double[taps * spec.From];
            ofOutput = new double[taps * spec.To];
            for (int i = 0; i < w.Length; i++)
            {
                int tap = i % taps, from = i / taps % spec.From, to = i / taps / spec.From;
                ofInput[tap * spec.From + from] += toSigns[to] * w[i];
                ofOutput[tap * spec.To + to] += fromSigns[from] * w[i];
            }
        }

        public double[] Output(int image)
        {
            double[] sums = new double[spec.Output.Height * spec.Output.Width];
            Pairs(
                (output, input, tap) =>
                    sums[output] += Dot(ofInput, tap, x, (long)image * spec.Shape.Height * spec.Shape.Width + input, spec.From));
            return sums;
        }

        public double[] InputGradient(int image)
        {
            double[] sums = new double[spec.Shape.Height * spec.Shape.Width];
            Pairs(
                (output, input, tap) =>
                    sums[input] += Dot(ofOutput, tap, g, (long)image * spec.Output.Height * spec.Output.Width + output, spec.To));
            return sums;
        }

        public double[] WeightGradient()
        {
            double[] sums = new double[spec.Taps * spec.Taps], inputs = new double[spec.Shape.Pixels],
                outputs = new double[spec.Output.Pixels];
            for (int i = 0; i < inputs.Length; i++)
                inputs[i] = Dot(fromSigns, 0, x, i, spec.From);
            for (int i = 0; i < outputs.Length; i++)
                outputs[i] = Dot(toSigns, 0, g, i, spec.To);
            int inputsOfImage = spec.Shape.Height * spec.Shape.Width, outputsOfImage = spec.Output.Height * spec.Output.Width;
            for (int image = 0; image < spec.Shape.Images; image++)
            {
                int firstInput = image * inputsOfImage, firstOutput = image * outputsOfImage;
                Pairs((output, input, tap) => sums[tap] += outputs[firstOutput + output] * inputs[firstInput + input]);
            }

            return sums;
        }

        private static double Dot(double[] weights, int tap, float[] values, long pixel, int channels)
        {
            double sum = 0;
            ReadOnlySpan<double> a = weights.AsSpan(tap * channels, channels);
            ReadOnlySpan<float> b = values.AsSpan((int)(pixel * channels), channels);
            for (int i = 0; i < a.Length; i++)
                sum += a[i] * b[i];
            return sum;
        }

        // Pixels of an image of the output, those of the input that they are made of, and by which tap.
        private void Pairs(Action<int, int, int> pair)
        {
            for (int output = 0; output < spec.Output.Height * spec.Output.Width; output++)
            {
                (int row, int column) = Math.DivRem(output, spec.Output.Width);
                for (int tap = 0; tap < spec.Taps * spec.Taps; tap++)
                {
                    int y = spec.Stride * row + tap / spec.Taps - spec.Padding, x = spec.Stride * column + tap % spec.Taps - spec.Padding;
                    if ((uint)y < (uint)spec.Shape.Height && (uint)x < (uint)spec.Shape.Width)
                        pair(output, y * spec.Shape.Width + x, tap);
                }
            }
        }
    }
}
