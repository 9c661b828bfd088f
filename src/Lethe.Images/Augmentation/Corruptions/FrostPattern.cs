using Lethe.Data.Generated;
using Lethe.Numerics;

namespace Lethe.Augmentation.Corruptions;

/// <summary>
/// Frost as a picture that is drawn: crystals, whose bright needles are the borders of a Voronoi diagram at two scales, over a veil that is
/// thicker towards one side. Bluish white.
/// </summary>
internal readonly struct FrostPattern
{
    // Cells over the short side of the image.
    private const double Coarse = 5;
    private const double Fine = 11;

    private static readonly double[] tint = [0.86, 0.94, 1];

    private readonly uint seed;
    private readonly double offsetX;
    private readonly double offsetY;
    private readonly double slopeX;
    private readonly double slopeY;

    public FrostPattern(ref RandomStream stream)
    {
        seed = (uint)stream.NextBits();
        offsetX = stream.NextDouble(0, 100);
        offsetY = stream.NextDouble(0, 100);
        (slopeY, slopeX) = Math.SinCos(2 * Math.PI * stream.NextDouble());
    }

    /// <summary>The value of a channel at a point, 1 being the short side; in [0, 1].</summary>
    public double At(double x, double y, int channel)
    {
        double veil = ValueNoise.At(offsetX + (3 * x), offsetY + (3 * y), seed) + (0.4 * ((slopeX * (x - 0.5)) + (slopeY * (y - 0.5))));
        double needles = (0.6 * Needle(x * Coarse, y * Coarse, seed + 1)) + (0.4 * Needle(x * Fine, y * Fine, seed + 2));
        return tint[channel] * Math.Clamp(0.2 + (0.55 * veil) + (0.55 * needles * (0.4 + veil)), 0, 1);
    }

    /// <summary>1 on the border between two cells, falling to 0 within them.</summary>
    private double Needle(double x, double y, uint own)
    {
        x += offsetX;
        y += offsetY;
        int column = (int)Math.Floor(x), row = (int)Math.Floor(y);
        double nearest = double.PositiveInfinity, second = double.PositiveInfinity;
        for (int i = -1; i <= 1; i++)
        {
            for (int j = -1; j <= 1; j++)
            {
                // At whole coordinates the noise is the lattice's own value: one for each coordinate of the cell's point.
                double dx = column + i + ValueNoise.At(column + i, row + j, own) - x,
                    dy = row + j + ValueNoise.At(column + i, row + j, own + 101) - y;
                double distance = Math.Sqrt((dx * dx) + (dy * dy));
                if (distance < nearest)
                    (nearest, second) = (distance, nearest);
                else if (distance < second)
                    second = distance;
            }
        }

        return Math.Clamp(1 - (4 * (second - nearest)), 0, 1);
    }
}
