namespace Lethe.Operators.Kernels;

/// <summary>
/// A convolution without dilation or groups of float32 maps in channels-last memory, and its two gradients. All three are linear in both of
/// what they are given, so that each one's derivatives are the others. Results do not depend on the number of threads.
/// </summary>
internal abstract unsafe class ConvolutionKernel
{
    /// <summary>The shape of what comes out.</summary>
    /// <param name="input">The shape of what goes in.</param>
    /// <returns>N, H′ and W′.</returns>
    public abstract MapShape Output(MapShape input);

    /// <summary>y = x ∗ w + bias.</summary>
    /// <param name="shape">N, H and W of x.</param>
    /// <param name="input">x, [N, H, W, C].</param>
    /// <param name="from">C.</param>
    /// <param name="weight">w, [C′, C, K, K].</param>
    /// <param name="bias">[C′], or null.</param>
    /// <param name="output">y, [N, H′, W′, C′], written.</param>
    /// <param name="to">C′.</param>
    public abstract void Forward(MapShape shape, float* input, int from, float* weight, float* bias, float* output, int to);

    /// <summary>The gradient with respect to x.</summary>
    /// <param name="shape">N, H and W of x.</param>
    /// <param name="gradient">The gradient with respect to y, [N, H′, W′, C′].</param>
    /// <param name="to">C′.</param>
    /// <param name="weight">w, [C′, C, K, K].</param>
    /// <param name="output">[N, H, W, C], written.</param>
    /// <param name="from">C.</param>
    public abstract void InputGradient(MapShape shape, float* gradient, int to, float* weight, float* output, int from);

    /// <summary>The gradient with respect to w.</summary>
    /// <param name="shape">N, H and W of x.</param>
    /// <param name="input">x, [N, H, W, C].</param>
    /// <param name="from">C.</param>
    /// <param name="gradient">The gradient with respect to y, [N, H′, W′, C′].</param>
    /// <param name="to">C′.</param>
    /// <param name="weight">[C′, C, K, K], written.</param>
    public abstract void WeightGradient(MapShape shape, float* input, int from, float* gradient, int to, float* weight);
}
