namespace Lethe.Recognition;

/// <summary>What a classifier says of one image.</summary>
/// <param name="Label">The most likely class; of a rejected image too.</param>
/// <param name="Class">Its index.</param>
/// <param name="Confidence">How likely it is, in [0, 1], calibrated: of many images with 0.8 some 80 in 100 are of their class.</param>
/// <param name="Novelty">
/// How far the image lies from the nearest class, in parts of what is usual among labelled images: above 1 it is further away than nearly
/// all of those.
/// </param>
/// <param name="Rejected">Whether the confidence or the novelty says that the label had better not be used.</param>
public readonly record struct Classification(string Label, int Class, double Confidence, double Novelty, bool Rejected);
