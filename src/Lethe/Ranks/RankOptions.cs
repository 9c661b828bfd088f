using Lethe.Runtime;

namespace Lethe.Ranks;

/// <summary>How many processes take the steps of one training together.</summary>
internal sealed record RankOptions : OptionRecord
{
    /// <summary>
    /// Processes that train together, each on a share of every batch: more than one are started on this machine, and share its cores. Under
    /// mpirun or srun leave it out; 1 trains alone there.
    /// </summary>
    [Limit(AtLeast = 1, AtMost = 1024, Zero = "for as many as mpirun or srun started, or one")]
    public int Ranks { get; init; }
}
