using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lethe.Numerics;

/// <summary>A vector of 16 numbers, 512 bits.</summary>
/// <param name="values">The numbers.</param>
internal readonly unsafe struct Lane16(Vector512<float> values) : ILane<Lane16>
{
    private readonly Vector512<float> values = values;

    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    public static Lane16 Zero => new(Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator +(Lane16 left, Lane16 right) => new(left.values + right.values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator -(Lane16 left, Lane16 right) => new(left.values - right.values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator *(Lane16 left, Lane16 right) => new(left.values * right.values);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Create(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Load(float* from) => new(Vector512.Load(from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Load(byte* from)
    {
        Vector256<ushort> wide = Vector256.WidenLower(Vector128.Load(from).ToVector256Unsafe());
        return new(Vector512.ConvertToSingle(Vector512.WidenLower(wide.ToVector512Unsafe()).AsInt32()));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 MultiplyAdd(Lane16 a, Lane16 b, Lane16 c) => new(Vector512.FusedMultiplyAdd(a.values, b.values, c.values));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Max(Lane16 a, Lane16 b) => new(Vector512.Max(a.values, b.values));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 WherePositive(Lane16 values, Lane16 test) =>
        new(values.values & Vector512.GreaterThan(test.values, Vector512<float>.Zero));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => values.Store(to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(double* to)
    {
        (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(values);
        (Vector512.Load(to) + lower).Store(to);
        (Vector512.Load(to + 8) + upper).Store(to + 8);
    }
}
