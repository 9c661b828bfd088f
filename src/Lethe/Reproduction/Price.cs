namespace Lethe.Reproduction;

/// <summary>What some runs take.</summary>
/// <param name="Runs">How many pre-trainings.</param>
/// <param name="Undos">How many undos of them.</param>
/// <param name="Hours">Hours on this machine.</param>
/// <param name="Gigabytes">Disk.</param>
internal sealed record Price(int Runs, int Undos, double Hours, double Gigabytes)
{
    /// <summary>In words.</summary>
    public string Words =>
        Invariant($"{Runs} pre-trainings with {Undos} undos, some {Time} on this machine and {Gigabytes:0.##} GB of disk");

    /// <summary>The time in words.</summary>
    public string Time => Workflow.StartUp.Duration(3600 * Hours);
}
