using Lethe.Runs;

namespace Lethe.Tests.Cli;

/// <summary>A run of two classes of images, trained in a second once for all tests of a class; they copy it.</summary>
public sealed class FinishedRun : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    internal string Path => folder["run"];

    public async ValueTask InitializeAsync()
    {
        CommandLine made = await CommandLine.RunAsync(StoryTests.Pretrain(Path));
        Assert.True(made.ExitCode == 0, made.Error);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A copy of the run that says of itself that it ended otherwise.</summary>
    internal string CopyTo(string path, string status = "done")
    {
        foreach (string file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
        {
            string copy = System.IO.Path.Combine(path, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        SealedText.Edit(
            RunDirectory.Open(path).ManifestPath,
            text => text.Replace("\"status\": \"done\"", $"\"status\": \"{status}\"", StringComparison.Ordinal));
        return path;
    }
}
