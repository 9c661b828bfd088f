namespace Lethe.Runs;

/// <summary>A projection of a layer's features.</summary>
/// <param name="Projection">Which: <see cref="Components"/> or <see cref="Neighbours"/>.</param>
/// <param name="Points">x and y of each image, 16 bits each, [N, 2]; the longer side of the picture fills them.</param>
/// <param name="Trustworthiness">How far its neighbourhoods may be believed, in [0, 1].</param>
internal sealed record MapPicture(string Projection, byte[] Points, double Trustworthiness)
{
    /// <summary>The share of the variance that it holds; null where that has no meaning.</summary>
    public double? Explained { get; init; }

    /// <summary>The two leading principal components.</summary>
    public const string Components = "components";

    /// <summary>A neighbour embedding.</summary>
    public const string Neighbours = "neighbours";
}
