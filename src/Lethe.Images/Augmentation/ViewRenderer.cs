namespace Lethe.Augmentation;

/// <summary>Renders one view of one image.</summary>
/// <param name="image">Index of the image in its set.</param>
/// <param name="view">Which of its views; the local ones come after the full-size ones.</param>
/// <param name="destination">[size, size, channels] of that view.</param>
internal delegate void ViewRenderer(int image, int view, Span<float> destination);
