using System.Text.Json.Nodes;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>
/// A run that is killed, or whose disk fails, at any operation on its files goes on with the same command and ends with the same bytes.
/// </summary>
/// <remarks>
/// The process is not ended: from the operation on nothing more is done to any file (<see cref="FileOperation"/>). Processes that are ended
/// are in <c>benchmarks/reliability.py</c>.
/// </remarks>
[Collection(typeof(TorchCollection))]
public sealed class SaveFaultsTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    /// <summary>Before the run has its first file, while the last checkpoint takes its name, and within the measurements.</summary>
    [Fact]
    public void Pretraining_StoppedAtSomeOperations_GoesOnToTheSameBytes()
    {
        List<string> operations = [];
        SortedDictionary<string, string> expected = Whole(operations);
        int At(string operation, string file) => operations.FindLastIndex(
            one => one.StartsWith(operation + " ", StringComparison.Ordinal) && one.EndsWith(file, StringComparison.Ordinal));
        Try(killed: true, operations.FindIndex(one => one.StartsWith("rename", StringComparison.Ordinal)), expected, operations);
        Try(killed: true, At("rename", "last.safetensors"), expected, operations);
        Try(killed: false, At("sync", "metrics.jsonl"), expected, operations);
    }

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [InlineData(true)]
    [InlineData(false)]
    public void Pretraining_StoppedAtEveryOperation_GoesOnToTheSameBytes(bool killed)
    {
        List<string> operations = [];
        SortedDictionary<string, string> expected = Whole(operations);
        for (int at = 0; at < operations.Count; at++)
            Try(killed, at, expected, operations);
    }

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [InlineData(true)]
    [InlineData(false)]
    public void Undoing_StoppedAtEveryOperation_GoesOnToTheSameBytes(bool killed)
    {
        (RunDirectory run, Session session) = small.Start("run", Short, cancellation: Token);
        List<string> operations = [];
        using (FileOperation.Listen((operation, path) => operations.Add($"{operation} {path}")))
            SmallRun.RunUndo(run, session, cancellation: Token);
        SortedDictionary<string, string> expected = Contents(run.Undos[0].Path);
        for (int at = 0; at < operations.Count; at++)
        {
            Directory.Delete(run.UmmFolder, recursive: true);
            Stop(killed, at, () => SmallRun.RunUndo(run, session, cancellation: Token), operations);
            SmallRun.RunUndo(run, session, resume: true, cancellation: Token);
            Assert.True(expected.SequenceEqual(Contents(run.Undos[0].Path)), operations[at]);
        }
    }

    private RunOptions Short => small.Options with
    {
        Training = small.Options.Training with { Epochs = 1, KeepCheckpoints = true }, Keep = "best-heldout",
    };

    private SortedDictionary<string, string> Whole(List<string> operations)
    {
        using (FileOperation.Listen((operation, path) => operations.Add($"{operation} {path}")))
            small.Start("whole", Short, cancellation: Token);
        Assert.True(operations.Count > 30, string.Join('\n', operations));
        return Contents(small["whole"]);
    }

    private void Try(bool killed, int at, SortedDictionary<string, string> expected, List<string> operations)
    {
        string name = $"run{at}";
        Stop(killed, at, () => small.Start(name, Short, cancellation: Token), operations);
        if (RunDirectory.HoldsRun(small[name]))
            Pretraining.Resume(small[name], SmallRun.Machine, cancellation: Token);
        else
            small.Start(name, Short, cancellation: Token);
        Assert.True(expected.SequenceEqual(Contents(small[name])), operations[at]);
        Directory.Delete(small[name], recursive: true);
    }

    private static void Stop(bool killed, int at, Action work, List<string> operations)
    {
        int count = 0;
        using IDisposable listening = FileOperation.Listen((operation, path) =>
        {
            if (killed && count++ >= at)
                throw new KilledException();

            // No space left on the device, once: what cleans up afterwards works.
            if (!killed && count++ == at)
                throw new IOException("No space left on device", 28);
        });
        if (killed)
        {
            Assert.Throws<KilledException>(work);
            return;
        }

        LetheException error = Assert.ThrowsAny<LetheException>(work);
        Assert.True(error.Message.Length > 20 && !error.Message.Contains("   at ", StringComparison.Ordinal), $"{operations[at]}: {error}");
    }

    // All that a run keeps, but for its times and what TensorBoard's own writer names by them.
    private static SortedDictionary<string, string> Contents(string folder)
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder, file);

            // The diary is of a moment, and nothing rests on it.
            if (name.Contains("tensorboard", StringComparison.Ordinal) || Path.GetFileName(file).StartsWith('.')
                || Path.GetFileName(file) is "pulse.json" or "log.txt")
            {
                continue;
            }

            contents[name] = Path.GetFileName(file) == "run.json" ? Timeless(file) : Convert.ToHexString(File.ReadAllBytes(file));
        }

        contents["points"] = string.Join('\n', EventFiles.Points(Path.Combine(folder, "tensorboard")));
        return contents;
    }

    private static string Timeless(string manifest)
    {
        JsonObject document = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        foreach (string time in (string[])["startedUtc", "finishedUtc", "timings", JsonSeal.Key])
            document.Remove(time);
        return document.ToJsonString();
    }

    private sealed class KilledException : Exception;
}
