using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Ranks;

/// <summary>What the environment says of the ranks of a training: Lethe's own variables, and those of launchers.</summary>
/// <param name="get">Gives a variable; null where it is not set.</param>
internal sealed class RankEnvironment(Func<string, string?> get)
{
    /// <summary>HOST:PORT of rank 0, where ranks meet without MPI.</summary>
    public const string Meeting = "LETHE_RENDEZVOUS";

    /// <summary>What ranks must know to join.</summary>
    public const string Key = "LETHE_RENDEZVOUS_KEY";

    /// <summary>This process' place, where no launcher says it.</summary>
    public const string Rank = "LETHE_RANK";

    /// <summary>How many there are, where no launcher says it.</summary>
    public const string Count = "LETHE_RANKS";

    // Of each launcher its name, the variable of the number of processes, and that of the place.
    private static readonly (string Launcher, string Count, string Rank)[] Launchers =
    [
        ("Open MPI", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
        ("MPICH", "PMI_SIZE", "PMI_RANK"),
        ("Slurm", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
        ("Slurm", "SLURM_NTASKS", "SLURM_PROCID"),
        ("torchrun", "WORLD_SIZE", "RANK"),
    ];

    /// <summary>The environment of this process.</summary>
    public static RankEnvironment OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>Who started this process as one of several; null where nobody did.</summary>
    /// <returns>The launcher, how many there are, and which this is.</returns>
    public (string Launcher, int Count, int Rank)? Launched()
    {
        foreach ((string launcher, string count, string rank) in Launchers)
        {
            if (Number(count) is { } processes)
                return processes > 1 ? (launcher, processes, Number(rank) ?? 0) : null;
        }

        return null;
    }

    /// <summary>Where ranks meet without MPI; null where nothing says so.</summary>
    /// <returns>Rank 0's address, this rank, how many there are, and the key.</returns>
    /// <exception cref="InvalidOptionException">The variables do not fit each other.</exception>
    public (string Host, int Port, int Rank, int Count, string Key)? Meets()
    {
        if (get(Meeting) is not { Length: > 0 } meeting)
            return null;
        int colon = meeting.LastIndexOf(':');
        bool whole = int.TryParse(meeting[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port);
        if (colon < 1 || !whole || port > 65535)
            throw new InvalidOptionException($"{Meeting} must be HOST:PORT of rank 0; found '{meeting}'.");
        (string Launcher, int Count, int Rank)? launched = Launched();
        int? rank = Number(Rank) ?? launched?.Rank, count = Number(Count) ?? launched?.Count;
        if (rank is null || count is null || count < 2 || rank >= count)
        {
            throw new InvalidOptionException(
                $"{Meeting} is set, but not which rank this is: found {Rank} '{get(Rank)}' and {Count} '{get(Count)}', and no launcher's "
                + $"variables. Set {Rank} from 0 and {Count} for each process.");
        }

        return (meeting[..colon], port, rank.Value, count.Value, get(Key) ?? "");
    }

    private int? Number(string variable) =>
        int.TryParse(get(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
