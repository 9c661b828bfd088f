namespace Lethe.Augmentation;

/// <summary>The four parts of colour jitter, which a view applies in an order of its own.</summary>
internal enum JitterStep
{
    Brightness,
    Contrast,
    Saturation,
    Hue,
}
