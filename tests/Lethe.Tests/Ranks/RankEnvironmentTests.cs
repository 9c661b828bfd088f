using Lethe.Ranks;
using Lethe.Runtime;

namespace Lethe.Tests.Ranks;

/// <summary>Who started this process, by the environment.</summary>
public sealed class RankEnvironmentTests
{
    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=2", "Open MPI", 4, 2)]
    [InlineData("PMI_SIZE=3 PMI_RANK=1", "MPICH", 3, 1)]
    [InlineData("SLURM_NTASKS=8 SLURM_PROCID=7", "Slurm", 8, 7)]
    [InlineData("SLURM_NTASKS=8 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1", "Slurm", 2, 1)]
    [InlineData("WORLD_SIZE=2 RANK=1 LOCAL_RANK=1", "torchrun", 2, 1)]
    public void Launched_OneOfSeveral_SaysWhichAndByWhom(string variables, string launcher, int count, int rank) =>
        Assert.Equal((launcher, count, rank), Of(variables).Launched());

    [Theory]
    [InlineData("")]
    [InlineData("SLURM_NTASKS=1 SLURM_PROCID=0")]
    [InlineData("SLURM_NTASKS=8 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0")]
    [InlineData("WORLD_SIZE=many")]
    public void Launched_Alone_IsNobody(string variables) => Assert.Null(Of(variables).Launched());

    [Fact]
    public void Meets_LaunchersVariables_TellTheRank() => Assert.Equal(
        ("node1", 29500, 3, 4, "k"),
        Of("LETHE_RENDEZVOUS=node1:29500 LETHE_RENDEZVOUS_KEY=k SLURM_NTASKS=4 SLURM_PROCID=3").Meets());

    [Theory]
    [InlineData("LETHE_RENDEZVOUS=node1")]
    [InlineData("LETHE_RENDEZVOUS=node1:x LETHE_RANK=0 LETHE_RANKS=2")]
    [InlineData("LETHE_RENDEZVOUS=node1:29500")]
    [InlineData("LETHE_RENDEZVOUS=node1:29500 LETHE_RANK=2 LETHE_RANKS=2")]
    public void Meets_VariablesThatDoNotFit_AreRefused(string variables) =>
        Assert.Contains("LETHE_R", Assert.Throws<InvalidOptionException>(() => Of(variables).Meets()).Message, StringComparison.Ordinal);

    [Fact]
    public void Refusal_OfProcessesThatWouldTrainAlone_SaysWhatToDo()
    {
        string message = Mpi.Refusal(("Slurm", 4, 0), "no MPI library was found").Message;
        Assert.Contains("Slurm started 4 processes", message, StringComparison.Ordinal);
        Assert.Contains("--ranks 1", message, StringComparison.Ordinal);
    }

    private static RankEnvironment Of(string variables)
    {
        var all = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=')).ToDictionary(one => one[0], one => one[1]);
        return new RankEnvironment(all.GetValueOrDefault);
    }
}
