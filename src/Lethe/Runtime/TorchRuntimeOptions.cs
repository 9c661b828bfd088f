namespace Lethe.Runtime;

/// <summary>What <see cref="TorchRuntime.Prepare"/> may do to the process, all but the last of it on Linux alone.</summary>
public sealed record TorchRuntimeOptions
{
    /// <summary>
    /// Where an adapted copy of TorchSharp's native library is kept, if this system needs one. Null takes <c>LETHE_CACHE/native</c>, else
    /// <c>XDG_CACHE_HOME/lethe/native</c>, else <c>~/.cache/lethe/native</c>, by the environment. Nothing is written where torch loads
    /// without.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>Takes a sentence for people when a copy was made; null tells nobody.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>
    /// Whether torch's threads wait for each other for microseconds instead of milliseconds before they sleep, so that training beside
    /// another busy program does not become several times slower. Sets <c>GOMP_SPINCOUNT</c> in the environment of the process, which holds
    /// for all that uses libgomp in it, unless the environment already says how to wait (<c>GOMP_SPINCOUNT</c> or <c>OMP_WAIT_POLICY</c>).
    /// Counts only if libgomp is not loaded yet.
    /// </summary>
    public bool ShortenWaiting { get; init; } = true;

    /// <summary>
    /// Whether the C library keeps up to 256 MiB of freed memory for the next step instead of giving it back to the system each time, a
    /// tenth of the time of training a thin network. Sets glibc's <c>M_TRIM_THRESHOLD</c> and <c>M_MMAP_THRESHOLD</c> (32 MiB) for the
    /// whole process.
    /// </summary>
    public bool KeepFreedMemory { get; init; } = true;

    /// <summary>
    /// Whether torch does without NNPACK, one of the ways in which it can convolve on a processor. On processors that NNPACK does not know,
    /// torch prints a warning at convolutions, over and over, and goes another way; elsewhere it does not go faster by it. Holds for the
    /// whole process.
    /// </summary>
    public bool SwitchOffNnPack { get; init; } = true;
}
