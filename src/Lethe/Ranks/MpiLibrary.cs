using System.Runtime.InteropServices;

namespace Lethe.Ranks;

/// <summary>
/// The functions of an MPI library that is found at run time, by the two interfaces that there are: Open MPI's handles are addresses of
/// exported data, those of MPICH (and of Intel MPI and Cray MPICH, which share its binary interface) are numbers.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>Names a library to take before all others.</summary>
    public const string Variable = "LETHE_MPI";

    private const int Serialised = 2;

    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.so"], Mpich = ["libmpich.so.12", "libmpi.so.12"];

    private readonly delegate* unmanaged<nint, nint, int, int*, int> init;
    private readonly delegate* unmanaged<int> finalize;
    private readonly delegate* unmanaged<nint, int*, int> rank, size;
    private readonly delegate* unmanaged<nint, int, int> abort;
    private readonly delegate* unmanaged<nint, void*, int, nint, nint, nint, nint*, int> sum;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> gather;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, nint*, int> broadcast;
    private readonly delegate* unmanaged<nint*, int*, nint, int> test;
    private readonly nint world, bytes, floats, doubles, addition, inPlace, noStatus;

    private MpiLibrary(nint library, string name)
    {
        Name = name;
        nint Function(string function) => NativeLibrary.GetExport(library, function);
        init = (delegate* unmanaged<nint, nint, int, int*, int>)Function("MPI_Init_thread");
        finalize = (delegate* unmanaged<int>)Function("MPI_Finalize");
        rank = (delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_rank");
        size = (delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_size");
        abort = (delegate* unmanaged<nint, int, int>)Function("MPI_Abort");
        sum = (delegate* unmanaged<nint, void*, int, nint, nint, nint, nint*, int>)Function("MPI_Iallreduce");
        gather = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)Function("MPI_Iallgatherv");
        broadcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)Function("MPI_Ibcast");
        test = (delegate* unmanaged<nint*, int*, nint, int>)Function("MPI_Test");
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out world))
        {
            (bytes, floats, doubles) = (Function("ompi_mpi_byte"), Function("ompi_mpi_float"), Function("ompi_mpi_double"));
            (addition, inPlace, noStatus) = (Function("ompi_mpi_op_sum"), 1, 0);
        }
        else
        {
            (world, bytes, floats, doubles) = (0x44000000, 0x4c00010d, 0x4c00040a, 0x4c00080b);
            (addition, inPlace, noStatus) = (0x58000003, -1, 1);
        }
    }

    /// <summary>Its file, as it was asked for.</summary>
    public string Name { get; }

    /// <summary>Ranks in all, once begun.</summary>
    public int Count => Number(size);

    /// <summary>This process' rank, once begun.</summary>
    public int Rank => Number(rank);

    /// <summary>Finds a library.</summary>
    /// <param name="mpichFirst">Whether MPICH started the process, so that its own library is the one that knows of it.</param>
    /// <returns>The library, not begun; null where there is none.</returns>
    public static MpiLibrary? Find(bool mpichFirst)
    {
        string[] known = mpichFirst ? [.. Mpich, .. OpenMpi] : [.. OpenMpi, .. Mpich];
        string[] names = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? [named] : known;
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "MPI_Iallgatherv", out _))
                return new MpiLibrary(library, name);
        }

        return null;
    }

    /// <summary>Begins; once in a process. The calls after it may come from any thread, one at a time.</summary>
    public void Begin()
    {
        int provided;
        Check(init(0, 0, Serialised, &provided));
    }

    /// <summary>Ends, together with all other ranks.</summary>
    public void End() => finalize();

    /// <summary>Ends all ranks at once, this one too.</summary>
    public void Abort() => abort(world, 1);

    /// <summary>Begins to add up in place.</summary>
    public nint Sum(void* values, int count, bool wide)
    {
        nint request;
        Check(sum(inPlace, values, count, wide ? doubles : floats, addition, world, &request));
        return request;
    }

    /// <summary>Begins to gather bytes.</summary>
    public nint Gather(void* own, int length, void* all, int* lengths, int* places)
    {
        nint request;
        Check(gather(own, length, bytes, all, lengths, places, bytes, world, &request));
        return request;
    }

    /// <summary>Begins to give all rank 0's bytes.</summary>
    public nint Broadcast(void* values, int length)
    {
        nint request;
        Check(broadcast(values, length, bytes, 0, world, &request));
        return request;
    }

    /// <summary>Whether what was begun is done.</summary>
    public bool IsDone(ref nint request)
    {
        int done;
        fixed (nint* begun = &request)
            Check(test(begun, &done, noStatus));
        return done != 0;
    }

    private int Number(delegate* unmanaged<nint, int*, int> function)
    {
        int number;
        Check(function(world, &number));
        return number;
    }

    private void Check(int error)
    {
        if (error != 0)
            throw new RankGroupException($"{Name} reports error {error}. Look at what it said.");
    }
}
