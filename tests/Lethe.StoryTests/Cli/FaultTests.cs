using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Runs;
using Lethe.Storage;
using Lethe.Tests.Interchange;

namespace Lethe.Tests.Cli;

/// <summary>
/// Each verb whose disk is full, fails or that is killed at any of its operations on files: it says so, the same command goes on, and what
/// it leaves is what it leaves without the fault.
/// </summary>
/// <remarks>
/// A kill ends no process: from the operation on nothing more is done to any file (<see cref="FileOperation"/>). Processes that are ended,
/// and faults of the system's own calls, are in <c>benchmarks/reliability.py</c>.
/// </remarks>
[Collection(typeof(TorchCollection))]
public sealed class FaultTests : IClassFixture<FaultTests.Beginnings>
{
    private const string Full = "full", Broken = "broken", Killed = "killed";

    private static readonly string[] verbs =
    [
        "undo", "evaluate", "protocols", "embed npy", "embed csv", "embed parquet", "embed projector", "report", "classify", "search",
        "check", "compare", "export onnx", "import", "rival", "diagnose", "cached", "interleaved", "pretrain", "run", "export torchvision",
        "export timm",
    ];

    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    private readonly TemporaryFolder folder;
    private readonly Beginnings beginnings;

    public FaultTests(Beginnings beginnings) => (this.beginnings, folder) = (beginnings, beginnings.Folder);

    /// <summary>Every verb under every fault; <c>LETHE_FAULT_VERB</c> names one alone.</summary>
    public static TheoryData<string, string> All =>
    [
        .. from fault in new[] { Full, Killed, Broken }
           from verb in verbs
           where (Environment.GetEnvironmentVariable("LETHE_FAULT_VERB") ?? verb) == verb
           select (verb, fault),
    ];

    /// <summary>Where a file is given its name, and at the last operation.</summary>
    [Theory]
    [InlineData("pretrain", Killed)]
    [InlineData("embed npy", Full)]
    [InlineData("check", Broken)]
    public async Task Verb_DisturbedAtSomeOperations_GoesOnToTheSameFiles(string verb, string fault)
    {
        (SortedDictionary<string, string> expected, List<string> operations) = await Whole(verb);
        foreach (int at in new[] { operations.FindIndex(one => one.StartsWith("rename", StringComparison.Ordinal)), operations.Count - 1 })
            await Try(verb, fault, at, expected, operations);
    }

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(All))]
    public async Task Verb_DisturbedAtEveryOperation_GoesOnToTheSameFiles(string verb, string fault)
    {
        (SortedDictionary<string, string> expected, List<string> operations) = await Whole(verb);
        List<string> wrong = [];
        for (int at = 0; at < operations.Count; at++)
        {
            Exception? error = await Record.ExceptionAsync(() => Try(verb, fault, at, expected, operations));
            if (error is not null)
                wrong.Add(error.Message);
        }

        TestContext.Current.SendDiagnosticMessage("{0}, {1}: {2} faults, {3} wrong", verb, fault, operations.Count, wrong.Count);
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    private async Task Try(string verb, string fault, int at, SortedDictionary<string, string> expected, List<string> operations)
    {
        string where = $"{verb}, {fault} at {at}: {operations[at].Replace(folder.Path, "", StringComparison.Ordinal)}";
        Prepare(verb);
        int count = 0;
        CommandLine disturbed;
        using (FileOperation.Listen((operation, path) =>
        {
            int number = Interlocked.Increment(ref count) - 1;
            if (fault == Killed && number >= at)
                throw new KilledException();
            if (fault != Killed && number == at)
                throw fault == Full ? new IOException("No space left on device", 28) : new IOException("Input/output error", 5);
        }))
        {
            disturbed = await CommandLine.RunAsync(Arguments(verb));
        }

        Assert.True(count > at, $"{where}: not reached");
        if (fault != Killed)
        {
            Assert.False(disturbed.Error.Contains("should not happen", StringComparison.Ordinal), $"{where}: {disturbed.Error}");
            if (disturbed.ExitCode == 0)
            {
                // Nothing rests on it, or it was made good.
                Same(expected, where + ", silent");
                return;
            }
        }

        CommandLine again = await CommandLine.RunAsync(
            [.. Arguments(verb), .. Resumes(verb), .. fault == Killed && Writes(verb) ? ["--force"] : Array.Empty<string>()]);
        Assert.True(again.ExitCode == 0, $"{where}: {disturbed.Error}\nthen {again.Error}");
        Same(expected, where);
    }

    private void Same(SortedDictionary<string, string> expected, string where)
    {
        SortedDictionary<string, string> found = Contents();
        string[] other = [.. expected.Keys.Union(found.Keys).Where(
            name => expected.GetValueOrDefault(name) != found.GetValueOrDefault(name))];
        Assert.True(other.Length == 0, $"{where}: other {string.Join(", ", other.Select(Difference))}");

        // Of a manifest the lines, of other files the name.
        string Difference(string name)
        {
            string[] was = expected.GetValueOrDefault(name, "").Split('\n'), now = found.GetValueOrDefault(name, "").Split('\n');
            return was.Length < 2 || now.Length < 2 ? name : $"{name} (-{string.Concat(was.Except(now))} +{string.Concat(now.Except(was))})";
        }
    }

    private async Task<(SortedDictionary<string, string> Files, List<string> Operations)> Whole(string verb)
    {
        if (IsWide(verb))
            await beginnings.Widen();
        Prepare(verb);
        List<string> operations = [];
        CommandLine whole;
        using (FileOperation.Listen((operation, path) =>
        {
            lock (operations)
                operations.Add($"{operation} {path}");
        }))
        {
            whole = await CommandLine.RunAsync(Arguments(verb));
        }

        Assert.True(whole.ExitCode == 0, whole.Error);
        Assert.NotEmpty(operations);
        return (Contents(), operations);
    }

    private void Prepare(string verb)
    {
        if (Directory.Exists(folder["place"]))
            Directory.Delete(folder["place"], recursive: true);
        string from = folder[IsWide(verb) ? "wide" : "base"];
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder["place"], Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    // Those that need a network that torchvision and timm have.
    private static bool IsWide(string verb) => verb is "export torchvision" or "export timm";

    private string In(string name) => beginnings.In(name);

    private string[] Pretrain(string run) => beginnings.Pretrain(run);

    private string[] Undo(string run, string name) => beginnings.Undo(run, name);

    private string[] Arguments(string verb)
    {
        string[] Of(string name, params string[] more) => [name, In("done"), .. more, "--threads", "1"];
        string images = In("images"), e = In("e");
        return verb switch
        {
            "pretrain" => [.. Pretrain("new"), "--limit", "24", "--epochs", "1", "--keep-checkpoints", "true", "--keep", "best-heldout"],
            "interleaved" =>
                [.. Pretrain("new"), "--limit", "24", "--epochs", "2", "--umm-every", "1", "--umm-iterations", "1"],
            "cached" =>
                [
                    .. Pretrain("new").Select(word => word == "embedded" ? images : word == "30" ? "4" : word == "12" ? "8" : word),
                    "--epochs", "1", "--cache", In("pack"),
                ],
            "undo" => Undo("done", "second"),
            "rival" => [.. Undo("done", "second"), "--remedy", "whiten"],
            "evaluate" => Of("evaluate"),
            "protocols" => Of("evaluate", "--protocol", "knn,linear", "--quick", "true"),
            "diagnose" => Of("diagnose", "--against", In("other"), "--score-views", "2", "--score-images", "10"),
            "embed npy" => Of("embed", "--images", images, "--out", e + ".npy"),
            "embed csv" => Of("embed", "--images", images, "--out", e + ".csv"),
            "embed parquet" => Of("embed", "--images", images, "--out", e + ".parquet"),
            "embed projector" => Of("embed", "--images", images, "--projector", e),
            "report" => Of("report", "--svg", "all", "--map-images", "20"),
            "export onnx" => Of("export", "--format", "onnx"),
            "export torchvision" => Of("export", "--format", "torchvision"),
            "export timm" => Of("export", "--format", "timm"),
            "import" =>
                [
                    "import", In("plain.pth"), "--data", "embedded", "--image-size", "16", "--limit", "24", "--probe-images", "30",
                    "--test-images", "30", "--head-epochs", "0", "--threads", "1", "--out", In("new"),
                ],
            "classify" =>
                Of("classify", "--labelled", images, "--images", images, "--out", e + ".json", "--predictions", e + ".csv"),
            "search" => Of("search", "--images", images, "--query", Path.Combine(images, "class0", "00.png"), "--out", e + ".png"),
            "check" => ["data", "check", "--data", images, "--out", e + ".csv"],
            "compare" => ["compare", In("done"), In("other"), "--out", e + ".html"],
            _ => ["run", .. Pretrain("new").Skip(1), "--limit", "24", "--epochs", "1", "--iterations", "2"],
        };
    }

    // Those that refuse to write over what is there, and so over what a kill left.
    private static bool Writes(string verb) => verb.StartsWith("embed", StringComparison.Ordinal)
        || verb.StartsWith("export", StringComparison.Ordinal) || verb is "classify" or "search" or "check" or "compare";

    private string[] Resumes(string verb) => verb switch
    {
        "pretrain" or "interleaved" or "cached" or "import" or "run" when RunDirectory.HoldsRun(In("new")) => ["--resume"],
        "undo" or "rival" when RunDirectory.HoldsRun(Path.Combine(In("done"), "umm", "second")) => ["--resume"],
        _ => [],
    };

    // All that is kept, but for times, and for what TensorBoard's own writer names by them.
    private SortedDictionary<string, string> Contents()
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles(folder["place"], "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder["place"], file), last = Path.GetFileName(file);

            // The diary is of a moment, and nothing rests on it.
            if (!name.Contains("tensorboard", StringComparison.Ordinal) && !last.StartsWith('.') && last is not ("pulse.json" or "log.txt"))
                contents[name] = last == "run.json" ? Timeless(file) : Convert.ToHexString(File.ReadAllBytes(file));
        }

        foreach (string events in Directory.GetDirectories(folder["place"], "tensorboard", SearchOption.AllDirectories))
            contents[Path.GetRelativePath(folder["place"], events)] = string.Join('\n', EventFiles.Points(events));
        return contents;
    }

    private static string Timeless(string manifest)
    {
        JsonObject document = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        foreach (string time in (string[])["startedUtc", "finishedUtc", "timings", "command", "looks", JsonSeal.Key])
            document.Remove(time);
        return document.ToJsonString(indented);
    }

    /// <summary>
    /// What verbs begin with, made once: two finished runs of which one has more images, one of them undone, both evaluated; a folder of
    /// images; weights from elsewhere.
    /// </summary>
    public sealed class Beginnings : IAsyncLifetime
    {
        private static readonly string[] small = ["--backbone", "resnet10", "--width", "4"];
        private static readonly string[] published = ["--backbone", "resnet18", "--width", "64", "--stem", "large"];

        private bool isWide;

        internal TemporaryFolder Folder { get; } = new();

        public async ValueTask InitializeAsync()
        {
            for (int label = 0; label < 2; label++)
            {
                for (int i = 0; i < 12; i++)
                    SmallRun.WriteImage(Path.Combine(Folder["base"], "images", $"class{label}", $"{i:00}.png"), (label * 100) + i);
            }

            await File.WriteAllBytesAsync(Path.Combine(Folder["base"], "plain.pth"), FormulaWeights.Unpack("plain.pth"));
            await Make(
                "base", [.. Pretrain("done"), "--epochs", "1", "--limit", "24", "--keep", "best-heldout"],
                [.. Pretrain("other"), "--epochs", "1", "--limit", "12"], Undo("done", "first"),
                ["evaluate", In("other"), "--threads", "1"]);
        }

        public ValueTask DisposeAsync()
        {
            Folder.Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>Makes a finished run of a network that torchvision and timm have.</summary>
        internal async Task Widen()
        {
            if (isWide)
                return;
            isWide = true;
            await Make("wide", [.. Pretrain("done", published), "--epochs", "1", "--limit", "24"]);
        }

        internal string In(string name) => Path.Combine(Folder["place"], name);

        internal string[] Pretrain(string run, string[]? network = null) =>
        [
            "pretrain", "--data", "embedded", "--image-size", "16", .. network ?? small, "--batch-size", "12",
            "--probe-images", "30", "--test-images", "30", "--rate-images", "8", "--lidar-images", "8", "--projector-hidden", "8",
            "--projector-output", "4", "--threads", "1", "--evaluate-every", "1", "--checkpoint-minutes", "0.00001", "--out", In(run),
        ];

        internal string[] Undo(string run, string name) =>
        [
            "undo", In(run), "--name", name, "--iterations", "2", "--batch-size", "12", "--hypergradient", "first-order", "--threads", "1",
        ];

        // Runs are made where verbs find them, and then put aside.
        private async Task Make(string aside, params string[][] commands)
        {
            Directory.CreateDirectory(Folder[aside]);
            if (Directory.Exists(Folder["place"]))
                Directory.Delete(Folder["place"], recursive: true);
            foreach (string[] command in commands)
            {
                CommandLine made = await CommandLine.RunAsync(command);
                Assert.True(made.ExitCode == 0, made.Error);
            }

            foreach (string run in Directory.GetDirectories(Folder["place"]))
                Directory.Move(run, Path.Combine(Folder[aside], Path.GetFileName(run)));
        }
    }

    private sealed class KilledException : Exception;
}
