using System.Numerics;
using Lethe.Numerics;

namespace Lethe.Augmentation.Corruptions;

/// <summary>
/// A height map by the diamond-square algorithm (Fournier, Fussell and Carpenter 1982) on a torus: each new point is the mean of its four
/// neighbours plus uniform noise, whose range falls with each halving of the step.
/// </summary>
internal static class PlasmaFractal
{
    // Only the ratio between the noise of one step and the next matters: heights are brought to [0, 1].
    private const double FirstRange = 100 * 100;

    /// <summary>Draws a map, stretched to [0, 1].</summary>
    /// <param name="atLeast">Points on a side that are needed; the side is the next power of two.</param>
    /// <param name="decay">The range of the noise is divided by decay² with each halving.</param>
    /// <param name="stream">Gives the noise.</param>
    public static double[,] Draw(int atLeast, double decay, ref RandomStream stream)
    {
        int side = (int)BitOperations.RoundUpToPowerOf2((uint)atLeast);
        var map = new double[side, side];
        double range = FirstRange;
        for (int step = side; step >= 2; step /= 2, range /= decay * decay)
        {
            int half = step / 2;

            // Middles of squares, then middles of their edges, whose neighbours the former are.
            for (int row = 0; row < side; row += step)
            {
                for (int column = 0; column < side; column += step)
                {
                    map[row + half, column + half] = Noisy(
                        map[row, column], map[(row + step) % side, column], map[row, (column + step) % side],
                        map[(row + step) % side, (column + step) % side], range, ref stream);
                }
            }

            for (int row = 0; row < side; row += half)
            {
                for (int column = row % step == 0 ? half : 0; column < side; column += step)
                {
                    map[row, column] = Noisy(
                        map[(row + half) % side, column], map[(row + side - half) % side, column], map[row, (column + half) % side],
                        map[row, (column + side - half) % side], range, ref stream);
                }
            }
        }

        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (double height in map)
            (least, most) = (Math.Min(least, height), Math.Max(most, height));
        for (int i = 0; i < map.Length; i++)
            map[i / side, i % side] = (map[i / side, i % side] - least) / (most - least);
        return map;
    }

    private static double Noisy(double a, double b, double c, double d, double range, ref RandomStream stream) =>
        ((a + b + c + d) / 4) + stream.NextDouble(-range, range);
}
