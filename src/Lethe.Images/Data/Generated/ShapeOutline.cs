namespace Lethe.Data.Generated;

/// <summary>Outlines of the ten shapes, each within the unit circle, as signed distance functions: negative inside.</summary>
internal static class ShapeOutline
{
    /// <summary>By index.</summary>
    public static readonly string[] Names =
        ["circle", "ring", "square", "triangle", "star", "cross", "crescent", "heart", "hourglass", "arrow"];

    // x and y in turn, y downwards. Radii are chosen so that the areas are alike: size shall not tell the class.
    private static readonly double[]?[] polygons =
    [
        null,
        null,
        [-0.7, -0.7, 0.7, -0.7, 0.7, 0.7, -0.7, 0.7],
        Star(3, 1, 0.5),
        Star(5, 1, 0.45),
        [
            -0.3, -0.9, 0.3, -0.9, 0.3, -0.3, 0.9, -0.3, 0.9, 0.3, 0.3, 0.3,
            0.3, 0.9, -0.3, 0.9, -0.3, 0.3, -0.9, 0.3, -0.9, -0.3, -0.3, -0.3,
        ],
        null,
        Heart(28),
        [-0.65, -0.75, 0.65, -0.75, 0.12, 0, 0.65, 0.75, -0.65, 0.75, -0.12, 0],
        [0, -1, 0.8, -0.1, 0.3, -0.1, 0.3, 0.9, -0.3, 0.9, -0.3, -0.1, -0.8, -0.1],
    ];

    /// <summary>The distance to the outline in units of the shape's radius, negative inside.</summary>
    /// <param name="shape">Index into <see cref="Names"/>.</param>
    /// <param name="x">To the right.</param>
    /// <param name="y">Downwards.</param>
    public static double Distance(int shape, double x, double y)
    {
        if (polygons[shape] is { } polygon)
            return ToPolygon(polygon, x, y);
        double radius = Math.Sqrt((x * x) + (y * y));
        return Names[shape] switch
        {
            "circle" => radius - 0.8,
            "ring" => Math.Abs(radius - 0.7) - 0.24,

            // A disc without another disc, moved to the right.
            _ => Math.Max(radius - 0.95, 0.8 - Math.Sqrt(((x - 0.5) * (x - 0.5)) + (y * y))),
        };
    }

    /// <summary>The nearest edge, with the sign of the winding.</summary>
    private static double ToPolygon(double[] polygon, double x, double y)
    {
        double nearest = double.PositiveInfinity;
        bool inside = false;
        for (int i = 0, j = polygon.Length - 2; i < polygon.Length; j = i, i += 2)
        {
            double ax = polygon[i], ay = polygon[i + 1], ex = polygon[j] - ax, ey = polygon[j + 1] - ay, wx = x - ax, wy = y - ay;
            double along = Math.Clamp(((wx * ex) + (wy * ey)) / ((ex * ex) + (ey * ey)), 0, 1);
            double dx = wx - (ex * along), dy = wy - (ey * along);
            nearest = Math.Min(nearest, (dx * dx) + (dy * dy));

            // A ray to the right crosses the edge.
            if (wy < 0 != wy < ey && wx < ex * wy / ey)
                inside = !inside;
        }

        return inside ? -Math.Sqrt(nearest) : Math.Sqrt(nearest);
    }

    private static double[] Star(int points, double outer, double inner)
    {
        var polygon = new double[4 * points];
        for (int i = 0; i < 2 * points; i++)
        {
            double radius = i % 2 == 0 ? outer : inner, angle = Math.PI * i / points;
            polygon[2 * i] = radius * Math.Sin(angle);
            polygon[(2 * i) + 1] = -radius * Math.Cos(angle);
        }

        return polygon;
    }

    /// <summary>The curve x = 16 sin³t, y = 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t, scaled and moved to the middle.</summary>
    private static double[] Heart(int points)
    {
        var polygon = new double[2 * points];
        for (int i = 0; i < points; i++)
        {
            double t = 2 * Math.PI * i / points, sine = Math.Sin(t);
            polygon[2 * i] = 16 * sine * sine * sine / 18;
            polygon[(2 * i) + 1] = -((13 * Math.Cos(t)) - (5 * Math.Cos(2 * t)) - (2 * Math.Cos(3 * t)) - Math.Cos(4 * t) + 2.5) / 18;
        }

        return polygon;
    }
}
