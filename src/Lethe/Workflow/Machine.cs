using System.Globalization;
using System.Runtime.InteropServices;
using Lethe.Operators;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>Where a run computes. Not part of what decides it, but of what its bits depend on.</summary>
/// <remarks>
/// An immutable record, checked by <see cref="Prepare"/>. Number of threads and kernels hold for the whole process, so work on two machines
/// that differ in them cannot go on side by side in one.
/// </remarks>
public sealed record Machine : OptionRecord, IConflicting
{
    /// <summary>cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads to compute with.</summary>
    [Limit(AtLeast = 1, AtMost = 1024, Zero = "for one for each core")]
    public int Threads { get; init; }

    /// <summary>
    /// Network operations on a processor: ours (Lethe's kernels) or torch (torch's own, slower). By default the kernels that a run was
    /// made with; ours for a new run.
    /// </summary>
    [OneOf("", OperatorSwitch.Ours, OperatorSwitch.Torch)]
    public string Kernels { get; init; } = "";

    /// <summary>
    /// Number format of convolutions: float32, or bf16 (8 bits of precision, in the results too; weights and all else stay float32)
    /// for GPUs and processors that are faster with it. By default the format that a run was made with; float32 for a new run.
    /// </summary>
    [OneOf("", OperatorSwitch.Float32, OperatorSwitch.BFloat16)]
    public string Precision { get; init; } = "";

    /// <summary>
    /// Threads after defaults: as <see cref="Threads"/> says, or one for each logical processor that the process may use; ranks of one
    /// machine share them out.
    /// </summary>
    /// <returns>At least 1.</returns>
    public int ThreadCount() =>
        Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / (RankGroup.OfProcess?.LocalCount ?? 1));

    /// <summary>This machine, with what is left open taken as a run was made.</summary>
    /// <param name="versions">What the run's manifest says.</param>
    /// <returns>The machine.</returns>
    internal Machine As(RunVersions versions) => this with
    {
        Threads = Threads > 0 || versions.Ranks != RankGroup.OfProcess?.Count ? Threads : versions.Threads,
        Kernels = Kernels.Length > 0 ? Kernels : versions.Kernels?.Split(',')[0] ?? "",
        Precision = Precision.Length > 0 ? Precision : versions.Precision ?? "",
    };

    /// <summary>Rank 0's machine as another rank has it: of several GPUs of a machine each rank takes one.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <returns>The machine.</returns>
    internal Machine OfRank(RankGroup ranks) => Device == "cuda" ? this with { Device = $"cuda:{ranks.LocalRank}" } : this;

    /// <summary>
    /// Checks the values, sets torch's number of threads, and chooses what networks run on: both for the whole process, from now on. To be
    /// called while no other thread computes. <see cref="Pretraining"/>, <see cref="Session"/> and <see cref="Encoder"/> call it
    /// themselves.
    /// </summary>
    /// <returns>The device, which needs no disposing.</returns>
    /// <exception cref="InvalidOptionException">A value cannot be used on this machine.</exception>
    /// <exception cref="DataException">Torch does not load, since <see cref="TorchRuntime.Prepare"/> was not called.</exception>
    public Device Prepare()
    {
        Validate();
        string[] parts = Device.Split(':');
        TorchRuntime.RequireLoaded();
        OperatorSwitch.Choose(Kernels.Length > 0 ? Kernels : OperatorSwitch.Ours);
        OperatorSwitch.ChoosePrecision(Precision);
        set_num_threads(ThreadCount());
        if (parts[0] == "cuda")
        {
            int index = parts.Length == 2 ? Index(parts[1])!.Value : 0;
            if (!cuda.is_available() || index >= cuda.device_count())
            {
                throw new InvalidOptionException(
                    $"--device {Device}: this program finds {(cuda.is_available() ? cuda.device_count() : 0)} CUDA devices. "
                    + "Build with -p:TorchBackend=cuda on a machine that has one, or use --device cpu.");
            }

            return new Device(TorchSharp.DeviceType.CUDA, index);
        }

        return CPU;
    }

    /// <summary>What the manifest says of software and machine.</summary>
    /// <returns>The record.</returns>
    internal RunVersions Describe() => new(
        Environment.Version.ToString(),
        typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3) ?? "unknown",
        __version__,
        RuntimeInformation.OSDescription,
        Processor(),
        ThreadCount(),
        Device,
        OperatorSwitch.Description,
        RankGroup.OfProcess?.Count,
        OperatorSwitch.MultipliesInHalves ? OperatorSwitch.BFloat16 : null);

    /// <summary>What a manifest says of a run that goes on here: as it was, but for another number of ranks.</summary>
    internal RunVersions Within(RunVersions versions) => versions.Ranks == RankGroup.OfProcess?.Count
        ? versions
        : versions with { Ranks = RankGroup.OfProcess?.Count, Threads = ThreadCount() };

    IEnumerable<string> IConflicting.Conflicts()
    {
        string[] parts = Device.Split(':');
        if (parts.Length > 2 || parts[0] is not ("cpu" or "cuda") || (parts.Length == 2 && (parts[0] == "cpu" || Index(parts[1]) is null)))
            yield return $"--device '{Device}' is unknown. Use cpu, cuda or cuda:N.";
    }

    private static int? Index(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;

    private static string Processor()
    {
        const string Path = "/proc/cpuinfo";
        string? line = File.Exists(Path) ? File.ReadLines(Path)
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return $"{line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores";
    }
}
