using Lethe.Runtime;

namespace Lethe.Ranks;

/// <summary>How many processes train together.</summary>
internal sealed record RankOptions : OptionRecord
{
    /// <summary>
    /// Processes that train together, each on a share of every batch. Lethe starts them on this machine, and they share its cores.
    /// Under mpirun or srun leave it out; 1 trains alone there.
    /// </summary>
    [Limit(AtLeast = 1, AtMost = 1024, Zero = "for as many as mpirun or srun started, or one")]
    public int Ranks { get; init; }
}
