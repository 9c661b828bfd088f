using Lethe.Numerics;

namespace Lethe.Tests.Fuzzing;

/// <summary>Alters files at random, always in the same way for the same stream.</summary>
internal static class Mutants
{
    // Where lengths and counts go wrong.
    private static readonly long[] limits =
        [0, 1, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32, long.MaxValue, long.MinValue, -1, -2];

    /// <summary>One to four changes; of large files most at their beginning and end, where the structure is.</summary>
    public static byte[] Of(byte[] original, ref RandomStream random, bool large = false)
    {
        var bytes = new List<byte>(original);
        int changes = 1 + random.NextInt(4);
        for (int i = 0; i < changes && bytes.Count > 8; i++)
        {
            int at = Place(bytes.Count, ref random, large), length = Math.Min(1 + random.NextInt(16), bytes.Count - at);
            switch (random.NextInt(8))
            {
                case 0 or 1:
                    bytes[at] ^= (byte)(1 << random.NextInt(8));
                    break;
                case 2:
                    bytes[at] = (byte)random.NextInt(256);
                    break;
                case 3:
                    for (int k = at; k < at + length; k++)
                        bytes[k] = (byte)(random.NextInt(2) * 255);
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    int from = Place(bytes.Count, ref random, large);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(length, bytes.Count - from)));
                    break;
                case 6:
                    int source = Place(bytes.Count, ref random, large);
                    for (int k = 0; k < Math.Min(length, bytes.Count - source); k++)
                        bytes[at + k] = bytes[source + k];
                    break;
                case 7 when random.NextInt(2) == 0:
                    byte[] limit = BitConverter.GetBytes(limits[random.NextInt(limits.Length)]);
                    int size = 1 << random.NextInt(4);
                    if (random.NextInt(2) == 0)
                        Array.Reverse(limit, 0, size);
                    for (int k = 0; k < Math.Min(size, bytes.Count - at); k++)
                        bytes[at + k] = limit[k];
                    break;
                default:
                    if (random.NextInt(4) == 0)
                        bytes.RemoveRange(at, bytes.Count - at);
                    else
                        bytes.InsertRange(at, BitConverter.GetBytes(random.NextBits() >> random.NextInt(64)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static int Place(int count, ref RandomStream random, bool large)
    {
        if (!large || random.NextInt(8) == 0)
            return random.NextInt(count);
        int near = random.NextInt(Math.Min(count, 12_000));
        return random.NextInt(4) == 0 ? count - 1 - near : near;
    }
}
