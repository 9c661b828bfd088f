using System.Numerics;

namespace Lethe.Numerics;

/// <summary>
/// A small seeded generator (xoshiro256**, Blackman and Vigna 2018, seeded by SplitMix64). A stream is derived from
/// the path that leads to its use, as (run seed, epoch, image, view), so that a draw does not depend on which thread
/// made it, in which order, or on whether the run was interrupted.
/// </summary>
/// <remarks>A mutable structure: pass it by reference.</remarks>
internal struct RandomStream
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <summary>Creates the stream of a seed.</summary>
    /// <param name="seed">Any value.</param>
    public RandomStream(ulong seed)
    {
        s0 = SplitMix(ref seed);
        s1 = SplitMix(ref seed);
        s2 = SplitMix(ref seed);
        s3 = SplitMix(ref seed);
    }

    /// <summary>Derives a seed from a parent seed and a path; different paths give unrelated seeds.</summary>
    /// <param name="seed">The parent seed.</param>
    /// <param name="path">What the seed is for, as epoch, image index, view.</param>
    /// <returns>The derived seed.</returns>
    public static ulong Derive(ulong seed, params ReadOnlySpan<ulong> path)
    {
        ulong state = seed;
        ulong derived = SplitMix(ref state);
        foreach (ulong part in path)
        {
            state = derived ^ (part * 0xD1342543DE82EF95UL);
            derived = SplitMix(ref state);
        }

        return derived;
    }

    /// <summary>The next 64 random bits.</summary>
    /// <returns>A uniform 64-bit value.</returns>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>A uniform number in [0, 1).</summary>
    /// <returns>A number with 53 random bits.</returns>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform number in [low, high).</summary>
    /// <param name="low">The lower end, included.</param>
    /// <param name="high">The upper end, excluded.</param>
    /// <returns>The number.</returns>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>A uniform integer in [0, <paramref name="exclusiveUpper"/>), without modulo bias (Lemire 2019).</summary>
    /// <param name="exclusiveUpper">One more than the largest value; at least 1.</param>
    /// <returns>The integer.</returns>
    public int NextInt(int exclusiveUpper)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveUpper);
        uint range = (uint)exclusiveUpper;
        ulong product = (NextBits() >> 32) * range;
        if ((uint)product < range)
        {
            uint threshold = (uint)(-(int)range) % range;
            while ((uint)product < threshold)
            {
                product = (NextBits() >> 32) * range;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>A standard normal number (Box and Muller 1958).</summary>
    /// <returns>Mean 0, variance 1.</returns>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Shuffles in place (Fisher and Yates).</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="items">The items to shuffle.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>The numbers 0 to <paramref name="count"/> − 1 in random order.</summary>
    /// <param name="count">How many.</param>
    /// <returns>A permutation.</returns>
    public int[] Permutation(int count)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Shuffle<int>(order);
        return order;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
