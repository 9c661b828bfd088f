namespace Lethe.Diagnostics;

/// <summary>
/// Coding rate of features, and what of it remains within the groups of a partition. Compares only at equal rows, dimension and ε².
/// </summary>
/// <param name="Rate">R, in nats.</param>
/// <param name="ConditionalRate">R_c, in nats: the groups' rates, weighted by their rows; between 0 and R.</param>
/// <param name="Rows">m, all rows of all views.</param>
/// <param name="Dimension">d, the width of a row.</param>
/// <param name="EpsilonSquared">ε², the distortion.</param>
/// <param name="Partition"><see cref="CodingRate.InstancePartition"/> or <see cref="CodingRate.LabelPartition"/>.</param>
public sealed record CodingRateReduction(
    double Rate, double ConditionalRate, int Rows, int Dimension, double EpsilonSquared, string Partition)
{
    /// <summary>ΔR = R − R_c, in nats; 0 where each group has the second moment of the whole.</summary>
    public double Reduction => Rate - ConditionalRate;
}
