using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Operators;

/// <summary>
/// Whether networks run on operations of our own or on torch's; one choice for the process, like torch's number of threads.
/// </summary>
internal static class OperatorSwitch
{
    /// <summary>Operations of our own, where this machine can run them.</summary>
    public const string Ours = "ours";

    /// <summary>Torch's operations.</summary>
    public const string Torch = "torch";

    /// <summary>Products of float32.</summary>
    public const string Float32 = "float32";

    /// <summary>Products of numbers with 8 bits of precision and the range of float32; their sums are rounded to it too.</summary>
    public const string BFloat16 = "bf16";

    private static volatile bool ours = true;
    private static volatile bool halves;
    private static volatile bool broken;

    /// <summary>Names that <see cref="Choose"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [Ours, Torch];

    /// <summary>Whether operations of our own run. Networks ask at each call, so that a graph may hold both kinds.</summary>
    public static bool Own => ours && !broken && Lanes.Supported && OwnOperations.Available;

    /// <summary>
    /// Whether convolutions of float32 maps multiply in bf16. Batch-norm, heads and losses stay float32, and so do weights: what is lost is
    /// the precision of a convolution's factors and of its result, forward and backward.
    /// </summary>
    public static bool MultipliesInHalves => halves;

    /// <summary>Names that <see cref="ChoosePrecision"/> takes.</summary>
    public static IReadOnlyList<string> Precisions { get; } = [Float32, BFloat16];

    /// <summary>Chooses what convolutions multiply in.</summary>
    /// <param name="name">One of <see cref="Precisions"/>.</param>
    public static void ChoosePrecision(string name) => halves = name == BFloat16;

    /// <summary>What runs, for the record of a run.</summary>
    public static string Description => Own ? $"{Ours}, vectors of {(Lanes.Wide ? 512 : 256)} bits" : Torch;

    /// <summary>Chooses.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InvalidOptionException">There is no such choice.</exception>
    public static void Choose(string name)
    {
        if (!Names.Contains(name))
            throw new InvalidOptionException($"--kernels '{name}' is unknown. Use ours or torch.");
        ours = name == Ours;
        if (ours && !Lanes.Supported)
            OperatorNotices.Give("This processor has no AVX2: torch's own operations are used, which are slower.");
        else if (ours && OwnOperations.Reason is { } reason)
            OperatorNotices.Give(reason);
    }

    /// <summary>Turns our own operations off for the rest of the process, since they were seen to fail.</summary>
    public static void TurnOff() => broken = true;
}
