namespace Lethe.Reproduction;

/// <summary>How fast one network of one image size is on this machine.</summary>
/// <param name="View">Seconds of training for each view of an image, by SimCLR.</param>
/// <param name="Evaluated">Seconds for each view or image that an evaluation looks at.</param>
/// <param name="Parameters">Numbers in the network and its heads.</param>
internal readonly record struct NetworkSpeed(double View, double Evaluated, long Parameters);
