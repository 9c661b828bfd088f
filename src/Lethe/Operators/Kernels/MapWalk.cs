namespace Lethe.Operators.Kernels;

/// <summary>
/// A walk over pixels of a map, or over the first pixels of its tiles: along rows, then down, then through images. To walk on is cheaper
/// than to find each anew.
/// </summary>
internal struct MapWalk
{
    private readonly MapShape shape;
    private readonly int step;

    /// <summary>Begins a walk.</summary>
    /// <param name="shape">The map.</param>
    /// <param name="first">How many places lie before the first.</param>
    /// <param name="step">From a place to the next, down and across, in pixels.</param>
    public MapWalk(MapShape shape, int first, int step = 1)
    {
        this.shape = shape;
        this.step = step;
        (int rows, int column) = Math.DivRem(first, (shape.Width + step - 1) / step);
        (Image, int row) = Math.DivRem(rows, (shape.Height + step - 1) / step);
        (Row, Column) = (step * row, step * column);
    }

    /// <summary>The image, that of no map after the last place.</summary>
    public int Image { get; private set; }

    /// <summary>Pixels above.</summary>
    public int Row { get; private set; }

    /// <summary>Pixels to the left.</summary>
    public int Column { get; private set; }

    /// <summary>Goes to the next place.</summary>
    public void Next()
    {
        Column += step;
        if (Column < shape.Width)
            return;
        Column = 0;
        Row += step;
        if (Row < shape.Height)
            return;
        Row = 0;
        Image++;
    }
}
