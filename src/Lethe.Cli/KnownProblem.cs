namespace Lethe.Cli;

/// <summary>Something amiss with a machine, and what to do about it.</summary>
/// <param name="Serious">Whether something fails by it, rather than being slow or in need of care.</param>
/// <param name="What">What is amiss.</param>
/// <param name="Advice">What to do.</param>
internal sealed record KnownProblem(bool Serious, string What, string Advice)
{
    private const long Gibibyte = 1L << 30;

    /// <summary>What libtorch is built against, for one, and LibTorchSharp once it is adapted.</summary>
    private static readonly Version oldestGlibc = new(2, 28);

    /// <summary>The known problems that a machine has, the serious ones first.</summary>
    public static IReadOnlyList<KnownProblem> Of(MachineFacts facts) =>
        [.. All(facts).OrderByDescending(problem => problem.Serious)];

    private static IEnumerable<KnownProblem> All(MachineFacts facts)
    {
        if (facts.TorchFailure is { } torch)
            yield return new(
                true, $"Torch does not load: {torch}",
                "Install the tool's package for this system again; docs/troubleshooting.md has more.");
        if (facts.DecoderFailure is { } decoder)
            yield return new(true, $"Images cannot be decoded: {decoder}", "Install the tool's package for this system again.");
        if (facts.Glibc is { } glibc && glibc < oldestGlibc)
            yield return new(
                true, $"The C library is of version {glibc}; libtorch needs {oldestGlibc}.", "Use a newer system, or a container of one.");
        if (facts.Libraries.FirstOrDefault(IsAdapted) is { } copy)
            yield return new(
                false, $"The system's libstdc++ is older than GCC 13's: torch loads through an adapted copy, {copy}.",
                "Nothing needs to be done. LETHE_CACHE names another folder for it.");
        foreach (KnownProblem problem in OfProcessor(facts).Concat(OfGpu(facts)).Concat(OfMemory(facts)).Concat(OfPlaces(facts)))
            yield return problem;
        string letters = facts.Locale.Replace("-", "", StringComparison.Ordinal);
        if (letters.Contains('.', StringComparison.Ordinal) && !letters.Contains("utf8", StringComparison.OrdinalIgnoreCase))
            yield return new(
                false, $"The terminal's encoding is not Unicode ({facts.Locale}): bars and Greek letters appear as question marks.",
                "Set LC_ALL=C.UTF-8.");
    }

    private static IEnumerable<KnownProblem> OfProcessor(MachineFacts facts)
    {
        if (facts.Architecture == "X64" && !facts.Instructions.Contains("AVX2"))
            yield return new(
                false, "The processor has no AVX2, or the virtual machine hides it: torch's own operations are used, which are slower.",
                "Use a processor from 2013 or later, or pass the host's processor through to the virtual machine.");
        if (facts.HidesCaches)
            yield return new(
                false,
                "The virtual machine hides the sizes of the processor's caches, where torch's fast convolutions compute wrong numbers.",
                "Nothing needs to be done: Lethe's own kernels do not use the cache sizes, and --kernels torch takes torch's slow "
                    + "convolutions. Other programs "
                + "with torch need DNNL_MAX_CPU_ISA=AVX here.");
        foreach (string notice in facts.Notices.Where(notice => !facts.HidesCaches || !notice.Contains("hides", StringComparison.Ordinal)))
            yield return new(false, notice, "Nothing needs to be done; Lethe works, but slower.");
        if (facts.Quota is { } quota && quota < facts.Threads)
            yield return new(
                false,
                Invariant($"{facts.Threads} threads compute, and the container may use {quota:0.##} processors: they wait for each other."),
                $"Give --threads {Math.Max(1, (int)quota)}, or the container more processors.");
        if (facts.Load is { } load && load > Math.Max(1, 0.5 * facts.Processors))
            yield return new(
                false,
                Invariant($"Other programs keep {load:0.#} of {facts.Processors} processors busy: speeds are lower than they could be."),
                "End them, or measure again later.");
    }

    private static IEnumerable<KnownProblem> OfGpu(MachineFacts facts)
    {
        if (facts.Gpus > 0 || (!facts.GpuDriver && !facts.CudaBuild))
            yield break;
        yield return facts.CudaBuild
            ? new(
                false, facts.GpuDriver
                    ? "This build is for GPUs and a driver is installed, but torch finds no GPU: Lethe computes on the processor."
                    : "This build is for GPUs, but no NVIDIA driver loads: Lethe computes on the processor.",
                "Install a driver for CUDA 12.8 or later (nvidia-smi shows it); in a container, pass the GPU in.")
            : new(
                false, "There is a GPU of NVIDIA's, and this build cannot use it: Lethe computes on the processor.",
                "Build with -p:TorchBackend=cuda, and give --device cuda.");
    }

    private static IEnumerable<KnownProblem> OfMemory(MachineFacts facts)
    {
        long limit = Math.Min(facts.MemoryLimit ?? long.MaxValue, facts.MemoryAvailable > 0 ? facts.MemoryAvailable : long.MaxValue);
        if (limit < 2 * Gibibyte)
            yield return new(
                limit < Gibibyte / 2, $"{Size(limit)} of memory are left for this program: large batches and many images end it.",
                "Lower --batch-size, --width or --limit; --cache FILE keeps a folder's images on disk; end other programs.");
    }

    private static IEnumerable<KnownProblem> OfPlaces(MachineFacts facts)
    {
        foreach (PlaceFacts place in facts.Places)
        {
            if (place.ReadOnly)
                yield return new(true, $"{place.Path} ({place.Use}) can only be read.", Elsewhere(place));
            else if (place.Free < Gibibyte)
                yield return new(
                    place.Free < Gibibyte / 64, $"{place.Path} ({place.Use}) has {Size(place.Free.Value)} free.",
                    $"Make room. {Elsewhere(place)}");
            if (place.NoPrograms && place.Use == PlacesOf.Libraries && facts.Libraries.Any(IsAdapted))
                yield return new(
                    false,
                    $"{place.Path} ({place.Use}) is on a disk from which no program may be loaded (noexec): each start makes a copy.",
                    Elsewhere(place));
        }
    }

    /// <summary>Whether a library is the copy that is adapted to an old system.</summary>
    internal static bool IsAdapted(string path) =>
        path.EndsWith("libLibTorchSharp.so", StringComparison.Ordinal)
        && (path.Contains("/lethe/native/", StringComparison.Ordinal) || path.Contains("/lethe-", StringComparison.Ordinal)
            || (Environment.GetEnvironmentVariable("LETHE_CACHE") is { Length: > 0 } own
                && path.StartsWith(Path.GetFullPath(own), StringComparison.Ordinal)));

    /// <summary>A size as people read it.</summary>
    internal static string Size(long bytes) =>
        bytes >= Gibibyte ? Invariant($"{(double)bytes / Gibibyte:F1} GiB") : Invariant($"{bytes / (1 << 20)} MiB");

    private static string Elsewhere(PlaceFacts place) => place.Use switch
    {
        PlacesOf.Here => "Give --out a folder on another disk.",
        PlacesOf.Temporary => "Set TMPDIR to a folder on another disk.",
        _ => "Set LETHE_CACHE to a folder on another disk.",
    };

    /// <summary>What folders are used for.</summary>
    internal static class PlacesOf
    {
        public const string Here = "where runs go";
        public const string Temporary = "temporary files";
        public const string Libraries = "adapted libraries";
    }
}
