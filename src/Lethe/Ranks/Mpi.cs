using Lethe.Runtime;

namespace Lethe.Ranks;

/// <summary>Ranks that mpirun or srun started, connected by an MPI library of the machine.</summary>
internal static class Mpi
{
    /// <summary>Joins the group that a launcher started.</summary>
    /// <param name="launched">The launcher, how many processes it says, and which this is.</param>
    /// <returns>The group.</returns>
    /// <exception cref="InvalidOptionException">No group can be formed, so each process would train alone.</exception>
    public static RankGroup Join((string Launcher, int Count, int Rank) launched)
    {
        if (launched.Launcher == "torchrun")
            throw Refusal(launched, "its processes have no MPI");

        // Open MPI would end the process at its first call, with more words.
        if (launched.Launcher == "Slurm" && Environment.GetEnvironmentVariable("PMIX_NAMESPACE") is null)
            throw Refusal(launched, "srun was not asked for an interface of MPI (pmix, pmi2)");
        if (MpiLibrary.Find(mpichFirst: launched.Launcher == "MPICH") is not { } library)
            throw Refusal(launched, "no MPI library was found");
        library.Begin();
        if (library.Count == launched.Count)
            return new MpiRanks(library);
        int found = library.Count;
        library.End();
        throw Refusal(launched, $"{library.Name} finds {found}");
    }

    /// <summary>Why processes that would each train alone, into one folder, do not start.</summary>
    internal static InvalidOptionException Refusal((string Launcher, int Count, int Rank) launched, string why) => new(
        $"{launched.Launcher} started {launched.Count} processes, and they form no group: {why}. Install Open MPI or MPICH and start them "
        + $"by its mpirun, or by srun with its interface; or set {RankEnvironment.Meeting} to HOST:PORT of rank 0; or give --ranks 1 "
        + "to work alone on purpose.");
}
