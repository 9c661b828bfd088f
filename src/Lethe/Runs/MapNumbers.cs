using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lethe.Runs;

/// <summary>Numbers of many images as bytes, little-endian, and back.</summary>
internal static class MapNumbers
{
    /// <summary>The most images whose places fit into 16 bits, less the one that says that there is none.</summary>
    public const int Most = ushort.MaxValue;

    /// <summary>1 − cos reaches this.</summary>
    private const double MostDistance = 2;

    /// <summary>Whole numbers from 0 to 65 535.</summary>
    public static byte[] Whole(IEnumerable<int> values)
    {
        ushort[] all = [.. values.Select(value => checked((ushort)value))];
        byte[] bytes = new byte[2 * all.Length];
        for (int i = 0; i < all.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), all[i]);
        return bytes;
    }

    /// <summary>Whole numbers from 0 to 65 535.</summary>
    public static int[] Whole(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 2).Select(i => (int)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i)))];

    /// <summary>Numbers of any size, in float32.</summary>
    public static byte[] Single(IEnumerable<float> values)
    {
        float[] all = [.. values];
        byte[] bytes = new byte[4 * all.Length];
        for (int i = 0; i < all.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), all[i]);
        return bytes;
    }

    /// <summary>Numbers of any size, in float32.</summary>
    public static float[] Single(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i)))];

    /// <summary>Distances of cosines, in [0, 2].</summary>
    public static byte[] Distances(IEnumerable<double> values) =>
        Whole(values.Select(value => (int)Math.Round(Math.Clamp(value / MostDistance, 0, 1) * ushort.MaxValue)));

    /// <summary>Distances of cosines, in [0, 2].</summary>
    public static double[] Distances(byte[] bytes) => [.. Whole(bytes).Select(value => MostDistance * value / ushort.MaxValue)];

    /// <summary>Points of a picture, [N, 2], whose longer side is made to fill the 16 bits; the shorter one lies in the middle.</summary>
    public static byte[] Points(float[,] points)
    {
        Span<float> all = MemoryMarshal.CreateSpan(ref points[0, 0], points.Length);
        float[] least = [float.PositiveInfinity, float.PositiveInfinity], most = [float.NegativeInfinity, float.NegativeInfinity];
        for (int i = 0; i < all.Length; i++)
            (least[i % 2], most[i % 2]) = (Math.Min(least[i % 2], all[i]), Math.Max(most[i % 2], all[i]));
        float side = Math.Max(Math.Max(most[0] - least[0], most[1] - least[1]), 1e-20f);
        int[] whole = new int[all.Length];
        for (int i = 0; i < whole.Length; i++)
        {
            float from = ((least[i % 2] + most[i % 2]) / 2) - (side / 2);
            whole[i] = (int)Math.Round(Math.Clamp((all[i] - from) / side, 0, 1) * ushort.MaxValue);
        }

        return Whole(whole);
    }

    /// <summary>Points of a picture, [N, 2], in [−1, 1].</summary>
    public static float[,] Points(byte[] bytes)
    {
        int[] whole = Whole(bytes);
        var points = new float[whole.Length / 2, 2];
        for (int i = 0; i < whole.Length; i++)
            points[i / 2, i % 2] = (2f * whole[i] / ushort.MaxValue) - 1;
        return points;
    }
}
