using Lethe.Runtime;

namespace Lethe.Cli.Sweeps;

/// <summary>How the cells of a sweep are made.</summary>
internal sealed record SweepOptions : OptionRecord
{
    /// <summary>The folder of the sweep, with a run directory for each cell; before what the file says.</summary>
    public string? Out { get; init; }

    /// <summary>Cells at a time.</summary>
    [Limit(AtLeast = 1, Unit = "cell", Zero = "for one for each four cores")]
    public int Jobs { get; init; }

    /// <summary>Threads of each cell that has not begun; one that has keeps its own.</summary>
    [Limit(AtLeast = 1, AtMost = 1024, Zero = "for an equal share of the cores")]
    public int Threads { get; init; }

    /// <summary>How often a cell that failed is begun again, where it was.</summary>
    [Limit(AtLeast = 0)]
    public int Retries { get; init; } = 1;
}
