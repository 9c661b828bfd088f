namespace Lethe.Augmentation;

/// <summary>
/// The filter that a resize weighs inputs with, as a function of their distance in output pixels where the image shrinks, in input pixels
/// where it grows.
/// </summary>
internal enum Interpolation
{
    /// <summary>1 − |x| for |x| below 1.</summary>
    Bilinear,

    /// <summary>
    /// Keys' cubic with a = −½, as PIL has it (torchvision has −½ for antialiased tensors too, −¾ without): (a + 2)|x|³ − (a + 3)|x|² + 1
    /// for |x| below 1, a|x|³ − 5a|x|² + 8a|x| − 4a for |x| from 1 to 2. It overshoots, so results are clipped.
    /// </summary>
    Bicubic,
}
