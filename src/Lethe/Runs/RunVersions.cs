namespace Lethe.Runs;

/// <summary>The software and the machine that a run used.</summary>
/// <param name="DotNet">Version of the .NET runtime.</param>
/// <param name="TorchSharp">Version of TorchSharp.</param>
/// <param name="Libtorch">Version and build of libtorch.</param>
/// <param name="OperatingSystem">Name and version of the operating system.</param>
/// <param name="Processor">Description of the processor.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="Device">cpu, or the name of the accelerator.</param>
/// <param name="Kernels">Operations of networks on a processor, ours or torch, and their vectors; null in runs of earlier versions.</param>
/// <param name="Ranks">Processes that trained together, of which each had so many threads; null for one alone.</param>
/// <param name="Precision">What convolutions multiplied in; null for float32.</param>
internal sealed record RunVersions(
    string DotNet,
    string TorchSharp,
    string Libtorch,
    string OperatingSystem,
    string Processor,
    int Threads,
    string Device,
    string? Kernels = null,
    int? Ranks = null,
    string? Precision = null);
