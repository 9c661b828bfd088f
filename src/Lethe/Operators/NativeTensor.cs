using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>The memory of tensors on a processor, for kernels of our own.</summary>
internal static unsafe partial class NativeTensor
{
    // Smaller ones do not make the heap of the C library grow.
    private const long LeastPooledBytes = 256 << 10;

    private static Exception? releaseError;

    /// <summary>Where a tensor's first number lies. The tensor must be kept alive while that is used.</summary>
    /// <param name="tensor">A float32 tensor on a processor, not empty. Whether it is contiguous is for the caller to know.</param>
    /// <returns>The address.</returns>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="ArgumentException">It has another type, device or layout, or no numbers.</exception>
    public static float* Data(Tensor tensor)
    {
        RequireAlive(tensor);
        if (tensor.device_type != TorchSharp.DeviceType.CPU || tensor.dtype != ScalarType.Float32 || tensor.is_sparse)
        {
            throw new ArgumentException(
                $"Expected a dense float32 tensor on a processor, found {tensor.dtype} on {tensor.device}.", nameof(tensor));
        }

        void* data = THSTensor_data(tensor.Handle);
        CheckForErrors();
        if (data is null)
            throw new ArgumentException("Expected a tensor with numbers, found an empty one.", nameof(tensor));
        return (float*)data;
    }

    /// <summary>
    /// What torch knows a tensor by: two objects of one tensor have the same, and no other tensor has it while that one lives, which a leaf
    /// does as long as a graph holds it.
    /// </summary>
    /// <param name="tensor">Any tensor.</param>
    /// <returns>The address of torch's own object, which is all that lies behind a handle.</returns>
    public static nint Identity(Tensor tensor) => *(nint*)tensor.Handle;

    /// <summary>A contiguous float32 tensor of any values on a processor.</summary>
    /// <param name="shape">Its shape.</param>
    /// <returns>The tensor; a large one's memory comes from <see cref="BlockPool"/>.</returns>
    /// <exception cref="TrainingException">The system has no memory left.</exception>
    public static Tensor Empty(params long[] shape)
    {
        foreach (long side in shape)
            ArgumentOutOfRangeException.ThrowIfNegative(side, nameof(shape));
        long bytes = shape.Aggregate((long)sizeof(float), (product, side) => checked(product * side));
        if (bytes < LeastPooledBytes)
            return empty(shape, ScalarType.Float32, CPU);
        void* memory = BlockPool.Rent((nuint)bytes);
        nint handle;
        fixed (long* sides = shape)
            handle = THSTensor_new(memory, &Release, sides, shape.Length, (sbyte)ScalarType.Float32, (sbyte)ScalarType.Float32, 0, -1, 0);
        if (handle == 0)
        {
            BlockPool.Return(memory);
            CheckForErrors();
            throw new InvalidOperationException($"torch made no tensor of shape [{string.Join(", ", shape)}].");
        }

        return Tensor.UnsafeCreateTensor(handle);
    }

    /// <summary>Refuses a tensor whose native half is gone.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public static void RequireAlive(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ObjectDisposedException.ThrowIf(tensor.IsInvalid, tensor);
    }

    // Called by torch, on the thread that lets go of the memory last. What leaves it would end the process.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(void* memory) => ReleaseBlock(memory);

    /// <summary>
    /// The last error while torch let go of pooled memory, which torch cannot be told; null if there was none since this was last asked.
    /// </summary>
    /// <returns>The error.</returns>
    internal static Exception? TakeReleaseError() => Interlocked.Exchange(ref releaseError, null);

    /// <summary>Returns a block to the pool and keeps what goes wrong for <see cref="TakeReleaseError"/>.</summary>
    /// <param name="memory">The block.</param>
    internal static void ReleaseBlock(void* memory)
    {
        try
        {
            BlockPool.Return(memory);
        }
        catch (Exception error)
        {
            Volatile.Write(ref releaseError, error);
        }
    }

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial void* THSTensor_data(nint tensor);

    [LibraryImport(TorchRuntime.LibraryName)]
    private static partial nint THSTensor_new(
        void* data, delegate* unmanaged[Cdecl]<void*, void> release, long* shape, int dimensions, sbyte type, sbyte asType, int device,
        int index, byte requiresGradient);
}
