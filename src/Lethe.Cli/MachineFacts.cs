namespace Lethe.Cli;

/// <summary>What there is to know of a machine and of what is loaded on it, for <c>lethe doctor</c>: plain data.</summary>
internal sealed record MachineFacts
{
    /// <summary>Names and versions: Lethe, .NET, TorchSharp, libtorch, SkiaSharp, ONNX Runtime.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>The operating system, in its own words.</summary>
    public string System { get; init; } = "";

    /// <summary>Version of the C library; null where it is not GNU's.</summary>
    public Version? Glibc { get; init; }

    /// <summary>What the environment says of language and letters, as LANG=de_DE.UTF-8; empty where nothing.</summary>
    public string Locale { get; init; } = "";

    /// <summary>Native libraries that were loaded: their files.</summary>
    public IReadOnlyList<string> Libraries { get; init; } = [];

    /// <summary>Why torch does not load; null where it does.</summary>
    public string? TorchFailure { get; init; }

    /// <summary>Why images cannot be decoded; null where they can.</summary>
    public string? DecoderFailure { get; init; }

    /// <summary>The processor's name.</summary>
    public string Processor { get; init; } = "";

    /// <summary>x64 or Arm64.</summary>
    public string Architecture { get; init; } = "X64";

    /// <summary>Sets of instructions that kernels use, where the processor has them.</summary>
    public IReadOnlyList<string> Instructions { get; init; } = [];

    /// <summary>Whether the processor says nothing of its caches where oneDNN asks.</summary>
    public bool HidesCaches { get; init; }

    /// <summary>Logical processors of the machine.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>Those that the process may use, as .NET counts them: as many threads compute.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Processors' worth of time that a container may use; null where it is not limited.</summary>
    public double? Quota { get; init; }

    /// <summary>Threads that run or wait, of all programs, over the last minute; null where it is not known.</summary>
    public double? Load { get; init; }

    /// <summary>What networks run on, as run.json says it.</summary>
    public string Kernels { get; init; } = "";

    /// <summary>What the tests of convolutions found.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Whether a driver of NVIDIA's is there.</summary>
    public bool GpuDriver { get; init; }

    /// <summary>Whether torch was built for CUDA.</summary>
    public bool CudaBuild { get; init; }

    /// <summary>GPUs that torch finds.</summary>
    public int Gpus { get; init; }

    /// <summary>Bytes of memory of the machine; 0 where it is not known, as the others.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes that programs can still have.</summary>
    public long MemoryAvailable { get; init; }

    /// <summary>Bytes that a container may use; null where it is not limited.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Folders that are written to.</summary>
    public IReadOnlyList<PlaceFacts> Places { get; init; } = [];

    /// <summary>Images of 32 pixels that a small network trains on in a second, by kernels; empty where it was not measured.</summary>
    public IReadOnlyDictionary<string, double> TrainingSpeed { get; init; } = new Dictionary<string, double>();

    /// <summary>Photos of two megapixels that are decoded in a second; null where it was not measured.</summary>
    public double? DecodingSpeed { get; init; }
}
