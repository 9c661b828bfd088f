using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>The memory of tensors on a processor, for kernels of our own.</summary>
internal static unsafe partial class NativeTensor
{
    // Smaller ones do not make the heap of the C library grow.
    private const long LeastPooledBytes = 256 << 10;

    /// <summary>Where a tensor's first number lies. The tensor must be kept alive while that is used.</summary>
    /// <param name="tensor">A float32 tensor on a processor.</param>
    /// <returns>The address.</returns>
    public static float* Data(Tensor tensor) => (float*)THSTensor_data(tensor.Handle);

    /// <summary>A contiguous float32 tensor of any values on a processor.</summary>
    /// <param name="shape">Its shape.</param>
    /// <returns>The tensor; a large one's memory comes from <see cref="BlockPool"/>.</returns>
    public static Tensor Empty(params long[] shape)
    {
        long bytes = shape.Aggregate((long)sizeof(float), (product, side) => product * side);
        if (bytes < LeastPooledBytes)
            return empty(shape);
        void* memory = BlockPool.Take((nuint)bytes);
        fixed (long* sides = shape)
        {
            nint handle = THSTensor_new(memory, &Release, sides, shape.Length, (sbyte)ScalarType.Float32, (sbyte)ScalarType.Float32, 0, -1, 0);
            CheckForErrors();
            return Tensor.UnsafeCreateTensor(handle);
        }
    }

    // Called by torch, on the thread that lets go of the memory last.
    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void Release(void* memory) => BlockPool.Give(memory);

    [LibraryImport("LibTorchSharp")]
    private static partial void* THSTensor_data(nint tensor);

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_new(
        void* data, delegate* unmanaged[Cdecl]<void*, void> release, long* shape, int dimensions, sbyte type, sbyte asType, int device, int index, byte requiresGradient);
}
