using System.Numerics;

namespace Lethe.Numerics;

/// <summary>
/// A vector of float32 numbers. Kernels are written once over it and compiled for each width; a number's result does not depend on the
/// width, since no operation mixes numbers of a vector.
/// </summary>
/// <typeparam name="TSelf">The vector.</typeparam>
internal unsafe interface ILane<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>, ISubtractionOperators<TSelf, TSelf, TSelf>, IMultiplyOperators<TSelf, TSelf, TSelf>
    where TSelf : struct, ILane<TSelf>
{
    /// <summary>How many numbers there are.</summary>
    static abstract int Count { get; }

    /// <summary>All zeros.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>The same number everywhere.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The vector.</returns>
    static abstract TSelf Create(float value);

    /// <summary>Numbers from memory, at any address.</summary>
    /// <param name="from">The first.</param>
    /// <returns>The vector.</returns>
    static abstract TSelf Load(float* from);

    /// <summary>Bytes from memory as numbers, at any address.</summary>
    /// <param name="from">The first.</param>
    /// <returns>The vector.</returns>
    static abstract TSelf Load(byte* from);

    /// <summary>a·b + c, rounded once.</summary>
    /// <param name="a">a.</param>
    /// <param name="b">b.</param>
    /// <param name="c">c.</param>
    /// <returns>The vector.</returns>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of two numbers each.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    /// <returns>The vector.</returns>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The numbers where a test is positive, zero elsewhere.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="test">What decides.</param>
    /// <returns>The vector.</returns>
    static abstract TSelf WherePositive(TSelf values, TSelf test);

    /// <summary>Numbers to memory, at any address.</summary>
    /// <param name="to">Where the first goes.</param>
    void Store(float* to);

    /// <summary>Adds the numbers to others in float64.</summary>
    /// <param name="to">The first of those.</param>
    void AddTo(double* to);
}
