using Lethe.Numerics;
using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// Steps of optimisers, in place: by <see cref="ParameterKernel"/> where parameter, gradient and state are contiguous float32 tensors on a
/// processor, by operations of torch elsewhere. To be called while no graph is recorded, and none is left that needs the parameter as it
/// was: torch does not notice what a kernel changes.
/// </summary>
internal static unsafe class ParameterUpdate
{
    /// <summary>u = g + d·p, v ← m·v + q·u, p ← p − r·v.</summary>
    /// <param name="parameter">p, changed.</param>
    /// <param name="gradient">g, of its shape.</param>
    /// <param name="velocity">v, of its shape, changed; null for none, as m = 0.</param>
    /// <param name="decay">d.</param>
    /// <param name="momentum">m.</param>
    /// <param name="rate">r.</param>
    /// <param name="trust">η, which makes q = η‖p‖/‖u‖, or 1 where either is zero; null for q = 1.</param>
    public static void Momentum(
        Tensor parameter, Tensor gradient, Tensor? velocity, double decay, double momentum, double rate, double? trust = null)
    {
        if (Serves(parameter, gradient, velocity ?? gradient))
        {
            float* p = NativeTensor.Data(parameter), g = NativeTensor.Data(gradient);
            float* v = velocity is null ? null : NativeTensor.Data(velocity);
            nint count = (nint)parameter.numel();
            double ratio = 1;
            if (trust is { } part && ParameterKernel.SquaredNorms(count, p, g, (float)decay) is { Parameter: > 0, Gradient: > 0 } squares)
                ratio = part * Math.Sqrt(squares.Parameter / squares.Gradient);
            ParameterKernel.Momentum(count, p, g, v, (float)decay, (float)ratio, (float)momentum, (float)rate);
            GC.KeepAlive(parameter);
            GC.KeepAlive(gradient);
            GC.KeepAlive(velocity);
            return;
        }

        Tensor direction = Decayed(gradient, parameter, decay);
        if (trust is { } share)
        {
            // On the device, so that no step waits for a number to be read back.
            Tensor size = parameter.norm(), length = direction.norm();
            direction = direction * where((size * length).to(ScalarType.Bool), size.Times(share) / length, ones_like(size));
        }

        if (velocity is not null)
            direction = velocity.Times_(momentum).Plus_(direction);
        parameter.Plus_(direction, -rate);
    }

    /// <summary>Adam's step.</summary>
    /// <param name="parameter">p, changed.</param>
    /// <param name="gradient">g, of its shape.</param>
    /// <param name="first">m, of its shape, changed.</param>
    /// <param name="second">s, of its shape, changed.</param>
    /// <param name="step">Its numbers.</param>
    public static void Adam(Tensor parameter, Tensor gradient, Tensor first, Tensor second, AdamStep step)
    {
        if (Serves(parameter, gradient, first, second))
        {
            float* p = NativeTensor.Data(parameter), g = NativeTensor.Data(gradient);
            float* m = NativeTensor.Data(first), s = NativeTensor.Data(second);
            ParameterKernel.Adam((nint)parameter.numel(), p, g, m, s, step);
            GC.KeepAlive(parameter);
            GC.KeepAlive(gradient);
            GC.KeepAlive(first);
            GC.KeepAlive(second);
            return;
        }

        parameter.Times_(step.Kept);
        Tensor direction = Decayed(gradient, parameter, step.Coupled);
        first.Times_(step.Beta1).Plus_(direction, 1 - step.Beta1);
        second.Times_(step.Beta2).Plus_(direction.Squared(), 1 - step.Beta2);
        parameter.Plus_(first / second.sqrt().Over_(step.RootScale).Plus(step.Epsilon), -step.Size);
    }

    private static Tensor Decayed(Tensor gradient, Tensor parameter, double decay) =>
        decay == 0 ? gradient : gradient.Plus(parameter.Times(decay));

    private static bool Serves(Tensor parameter, params ReadOnlySpan<Tensor> others)
    {
        if (!OperatorSwitch.Own || !IsPlain(parameter))
            return false;
        foreach (Tensor other in others)
        {
            if (!IsPlain(other) || !other.shape.AsSpan().SequenceEqual(parameter.shape))
                return false;
        }

        return true;
    }

    private static bool IsPlain(Tensor tensor) =>
        tensor.device_type == TorchSharp.DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous();
}
