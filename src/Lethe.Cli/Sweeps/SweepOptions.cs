using Lethe.Runtime;

namespace Lethe.Cli.Sweeps;

/// <summary>How a sweep runs its cells.</summary>
internal sealed record SweepOptions : OptionRecord
{
    /// <summary>The folder of the sweep, with a run directory for each cell; overrides the file's out.</summary>
    public string? Out { get; init; }

    /// <summary>Cells at a time.</summary>
    [Limit(AtLeast = 1, Unit = "cell", Zero = "for one for each four cores")]
    public int Jobs { get; init; }

    /// <summary>Threads of each new cell; a cell that has begun keeps its number.</summary>
    [Limit(AtLeast = 1, AtMost = 1024, Zero = "for an equal share of the cores")]
    public int Threads { get; init; }

    /// <summary>How often a failed cell is continued.</summary>
    [Limit(AtLeast = 0)]
    public int Retries { get; init; } = 1;
}
