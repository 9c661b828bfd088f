namespace Lethe.Runs;

/// <summary>Where a layer places images.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Dimension">Numbers of a feature.</param>
/// <param name="Near">How many nearest images of each are kept.</param>
/// <param name="Neighbours">They, nearest first, by cosine among all images of the map: 16 bits each, [N, Near].</param>
/// <param name="Distances">1 − cos, its mean over them, in [0, 2] as 16 bits, [N].</param>
/// <param name="Pictures">Projections: principal components, and of enough images neighbours.</param>
internal sealed record MapLayer(
    string Layer, int Dimension, int Near, byte[] Neighbours, byte[] Distances, IReadOnlyList<MapPicture> Pictures);
