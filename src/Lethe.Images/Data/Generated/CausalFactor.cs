namespace Lethe.Data.Generated;

/// <summary>
/// The factors of <see cref="CausalShapes"/>. Shape is S_r, what the class says; all others are S_ur.
/// </summary>
internal enum CausalFactor
{
    /// <summary>Which of ten outlines: the class. Categorical.</summary>
    Shape,

    /// <summary>Which of ten colours the shape has. Categorical; tied to the class where ρ is not 0.</summary>
    Hue,

    /// <summary>Which of ten patterns the shape has. Categorical; tied to the class where ρ is not 0.</summary>
    Texture,

    /// <summary>Which of five kinds the background is of. Categorical.</summary>
    Background,

    /// <summary>Centre of the shape, −1 at the left edge of the image to 1 at the right one. Continuous.</summary>
    Horizontal,

    /// <summary>Centre of the shape, −1 at the upper edge of the image to 1 at the lower one. Continuous.</summary>
    Vertical,

    /// <summary>Radius of the circle around the shape, 1 being half the image. Continuous.</summary>
    Size,

    /// <summary>Degrees, clockwise; the pattern does not turn with the shape, and of circle and ring nothing turns. Continuous.</summary>
    Rotation,

    /// <summary>What all brightness is multiplied by. Continuous.</summary>
    Light,
}
