namespace Lethe.Diagnostics;

/// <summary>
/// Turns a picture, and mirrors it where that helps, so that it lies on another one of the same rows: which way round a projection comes
/// out means nothing, and eyes that go from one to the other should find things where they were.
/// </summary>
/// <remarks>
/// The orthogonal R that minimises ‖X·R − Y‖ of the centred points, in closed form in the plane (Schönemann 1966). Distances within the
/// picture stay as they are.
/// </remarks>
internal static class PlaneAlignment
{
    /// <summary>Turns points.</summary>
    /// <param name="points">Shape [N, 2].</param>
    /// <param name="onto">Shape [N, 2].</param>
    /// <returns>The centred points, turned.</returns>
    public static float[,] Of(float[,] points, float[,] onto)
    {
        int count = points.GetLength(0);
        ((double mx, double my), (double nx, double ny)) = (Mean(points), Mean(onto));
        double xx = 0, xy = 0, yx = 0, yy = 0;
        for (int i = 0; i < count; i++)
        {
            (double x, double y, double u, double v) = (points[i, 0] - mx, points[i, 1] - my, onto[i, 0] - nx, onto[i, 1] - ny);
            (xx, xy, yx, yy) = (xx + (x * u), xy + (x * v), yx + (y * u), yy + (y * v));
        }

        // How well the best turn fits without a mirror, and with one.
        bool mirrored = Math.Sqrt(Sq(xx - yy) + Sq(xy + yx)) > Math.Sqrt(Sq(xx + yy) + Sq(xy - yx));
        double angle = mirrored ? Math.Atan2(xy + yx, xx - yy) : Math.Atan2(xy - yx, xx + yy);
        (double sin, double cos) = Math.SinCos(angle);
        var turned = new float[count, 2];
        for (int i = 0; i < count; i++)
        {
            (double x, double y) = (points[i, 0] - mx, points[i, 1] - my);
            y = mirrored ? -y : y;
            (turned[i, 0], turned[i, 1]) = ((float)((cos * x) - (sin * y)), (float)((sin * x) + (cos * y)));
        }

        return turned;
    }

    private static double Sq(double value) => value * value;

    private static (double X, double Y) Mean(float[,] points)
    {
        (double x, double y) = (0, 0);
        int count = points.GetLength(0);
        for (int i = 0; i < count; i++)
            (x, y) = (x + points[i, 0], y + points[i, 1]);
        return (x / count, y / count);
    }
}
