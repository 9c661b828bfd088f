namespace Lethe.Reproduction;

/// <summary>How fast one network of one image size is on this machine.</summary>
/// <param name="View">Seconds of training for each view of an image, by SimCLR.</param>
/// <param name="Evaluation">Seconds of an evaluation beside what the network takes: probes, determinants.</param>
/// <param name="Parameters">Numbers in the network and its heads.</param>
internal readonly record struct NetworkSpeed(double View, double Evaluation, long Parameters)
{
    // Forward alone is a third of forward and backward.
    private const double Forward = 1.0 / 3;

    /// <summary>Seconds for each view or image that is looked at and not trained on.</summary>
    public double Look => Forward * View;
}
