namespace Lethe.Data.Generated;

/// <summary>Smooth noise in the plane: random values at whole coordinates, interpolated with 3t² − 2t³ in between.</summary>
internal static class ValueNoise
{
    /// <summary>The value at a point, in [0, 1).</summary>
    public static double At(double x, double y, uint seed)
    {
        double floorX = Math.Floor(x), floorY = Math.Floor(y);
        int i = (int)floorX, j = (int)floorY;
        double u = Smooth(x - floorX), v = Smooth(y - floorY);
        double upper = Lerp(Lattice(i, j, seed), Lattice(i + 1, j, seed), u),
            lower = Lerp(Lattice(i, j + 1, seed), Lattice(i + 1, j + 1, seed), u);
        return Lerp(upper, lower, v);
    }

    private static double Smooth(double t) => t * t * (3 - (2 * t));

    private static double Lerp(double a, double b, double t) => a + ((b - a) * t);

    /// <summary>The finaliser of MurmurHash3 (Appleby) over both coordinates.</summary>
    private static double Lattice(int x, int y, uint seed)
    {
        uint h = seed ^ ((uint)x * 0x9E3779B1) ^ ((uint)y * 0x85EBCA77);
        h = (h ^ (h >> 16)) * 0x85EBCA6B;
        h = (h ^ (h >> 13)) * 0xC2B2AE35;
        return (h ^ (h >> 16)) * (1.0 / (1L << 32));
    }
}
