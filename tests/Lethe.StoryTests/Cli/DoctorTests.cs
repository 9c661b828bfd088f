using Lethe.Cli;

namespace Lethe.Tests.Cli;

/// <summary>What <c>lethe doctor</c> finds of a machine, and each known problem on one that has it.</summary>
[Collection<TorchCollection>]
public sealed class DoctorTests
{
    private const long Gibibyte = 1L << 30;

    private static readonly MachineFacts healthy = new()
    {
        Glibc = new Version(2, 39), Locale = "LANG=C.UTF-8", Instructions = ["AVX", "AVX2", "FMA"], Processors = 8, Threads = 8, Load = 0.2,
        Memory = 32 * Gibibyte, MemoryAvailable = 20 * Gibibyte, Places = [new(KnownProblem.PlacesOf.Here, "/home", 100 * Gibibyte)],
        Libraries = ["/tool/libLibTorchSharp.so", "/tool/libtorch_cpu.so"],
    };

    private static readonly PlaceFacts cache = new(KnownProblem.PlacesOf.Libraries, "/home/.cache/lethe/native", 9 * Gibibyte, NoPrograms: true);

    public static TheoryData<string, string, bool> Problems => new()
    {
        { nameof(MachineFacts.TorchFailure), "Torch does not load: no such file", true },
        { nameof(MachineFacts.DecoderFailure), "Images cannot be decoded", true },
        { nameof(MachineFacts.Glibc), "libtorch needs 2.28", true },
        { nameof(MachineFacts.Libraries), "through an adapted copy, /home/.cache/lethe/native/1/libLibTorchSharp.so", false },
        { nameof(MachineFacts.Locale), "LC_ALL=C.UTF-8", false },
        { nameof(MachineFacts.Instructions), "no AVX2", false },
        { nameof(MachineFacts.HidesCaches), "DNNL_MAX_CPU_ISA=AVX", false },
        { nameof(MachineFacts.Notices), "convolutions compute wrong numbers", false },
        { nameof(MachineFacts.Quota), "Give --threads 2", false },
        { nameof(MachineFacts.Load), "Other programs keep 12 of 8 processors busy", false },
        { nameof(MachineFacts.GpuDriver), "-p:TorchBackend=cuda", false },
        { nameof(MachineFacts.CudaBuild), "no NVIDIA driver loads", false },
        { nameof(MachineFacts.MemoryAvailable), "1.0 GiB of memory are left", false },
        { nameof(MachineFacts.MemoryLimit), "256 MiB of memory are left", true },
        { nameof(PlaceFacts.Free), "/home (where runs go) has 5 MiB free", true },
        { nameof(PlaceFacts.ReadOnly), "/home (where runs go) can only be read", true },
        { nameof(PlaceFacts.NoPrograms), "noexec", false },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void KnownProblem_MachineThatHasIt_IsNamedWithWhatToDo(string which, string said, bool serious)
    {
        MachineFacts facts = which switch
        {
            nameof(MachineFacts.TorchFailure) => healthy with { TorchFailure = "no such file" },
            nameof(MachineFacts.DecoderFailure) => healthy with { DecoderFailure = "no such file" },
            nameof(MachineFacts.Glibc) => healthy with { Glibc = new Version(2, 17) },
            nameof(MachineFacts.Libraries) => healthy with { Libraries = ["/home/.cache/lethe/native/1/libLibTorchSharp.so"] },
            nameof(MachineFacts.Locale) => healthy with { Locale = "LANG=de_DE.ISO-8859-1" },
            nameof(MachineFacts.Instructions) => healthy with { Instructions = ["AVX"] },
            nameof(MachineFacts.HidesCaches) => healthy with { HidesCaches = true },
            nameof(MachineFacts.Notices) => healthy with { Notices = ["Torch's fast convolutions compute wrong numbers on this machine."] },
            nameof(MachineFacts.Quota) => healthy with { Quota = 2.5 },
            nameof(MachineFacts.Load) => healthy with { Load = 12 },
            nameof(MachineFacts.GpuDriver) => healthy with { GpuDriver = true },
            nameof(MachineFacts.CudaBuild) => healthy with { CudaBuild = true },
            nameof(MachineFacts.MemoryAvailable) => healthy with { MemoryAvailable = Gibibyte },
            nameof(MachineFacts.MemoryLimit) => healthy with { MemoryLimit = Gibibyte / 4 },
            nameof(PlaceFacts.Free) => healthy with { Places = [healthy.Places[0] with { Free = 5 << 20 }] },
            nameof(PlaceFacts.ReadOnly) => healthy with { Places = [healthy.Places[0] with { ReadOnly = true }] },
            _ => healthy with { Places = [cache], Libraries = ["/tmp/lethe-x/libLibTorchSharp.so"] },
        };
        IReadOnlyList<KnownProblem> found = KnownProblem.Of(facts);
        KnownProblem one = Assert.Single(found, problem => $"{problem.What} {problem.Advice}".Contains(said, StringComparison.Ordinal));
        Assert.Equal(serious, one.Serious);
        Assert.EndsWith(".", one.Advice, StringComparison.Ordinal);
        Assert.Contains(one.What, string.Join('\n', DoctorCommand.Lines(facts, found)), StringComparison.Ordinal);
    }

    [Fact]
    public void KnownProblem_HealthyMachine_HasNone()
    {
        Assert.Empty(KnownProblem.Of(healthy));
        Assert.Contains("Nothing is amiss that is known.", DoctorCommand.Lines(healthy, []));
        Assert.Empty(KnownProblem.Of(healthy with { Architecture = "Arm64", Instructions = ["NEON"] }));
        Assert.Empty(KnownProblem.Of(healthy with { GpuDriver = true, CudaBuild = true, Gpus = 1 }));
        Assert.Empty(KnownProblem.Of(healthy with { Glibc = null, Locale = "", Load = null, MemoryAvailable = 0, Places = [] }));
    }

    /// <summary>On this machine, whatever it is: all is said, and nothing is written.</summary>
    [Fact]
    public async Task Doctor_WithoutSpeed_SaysWhatThereIs()
    {
        string[] before = Directory.GetFileSystemEntries(Directory.GetCurrentDirectory());
        CommandLine found = await CommandLine.RunAsync("doctor", "--speed", "false", "--json");
        Assert.Equal((bool)found.Json["healthy"]! ? 0 : 1, found.ExitCode);
        Assert.StartsWith("2.", (string)found.Json["versions"]!["libtorch"]!, StringComparison.Ordinal);
        Assert.Contains(found.Json["libraries"]!.AsArray(), path => ((string)path!).Contains("torch", StringComparison.Ordinal));
        Assert.Null(found.Json["torchFailure"]);
        Assert.NotEqual("", (string)found.Json["kernels"]!);
        Assert.All(found.Json["problems"]!.AsArray(), problem => Assert.NotEqual("", (string)problem!["advice"]!));
        Assert.Null(found.Json["decodingSpeed"]);
        Assert.Contains("Loaded", found.Error, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(Directory.GetCurrentDirectory()));
    }

    [Fact]
    public void SpeedTrial_ShortTime_GivesNumbers()
    {
        Assert.True(SpeedTrial.Train("ours", TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken, batch: 4) > 0);
        Assert.True(SpeedTrial.Decode(1, TimeSpan.FromMilliseconds(1)) > 0);
    }
}
