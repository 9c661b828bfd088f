namespace Lethe.Data.Generated;

/// <summary>Images with the class of every pixel.</summary>
/// <param name="Images">The images, of one size, without labels.</param>
/// <param name="Masks">For each image, the class of each pixel, row by row: [Height, Width].</param>
/// <param name="ClassNames">Names of the classes; the first is the background.</param>
public sealed record SegmentationSet(ImageSet Images, IReadOnlyList<ReadOnlyMemory<byte>> Masks, IReadOnlyList<string> ClassNames);
