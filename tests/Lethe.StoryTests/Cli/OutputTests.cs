using Lethe.Cli;
using Lethe.Runtime;

namespace Lethe.Tests.Cli;

/// <summary>What a verb is to write is checked before any work, and nothing is replaced unasked.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Before the run is opened, which does not exist here.</summary>
    [Theory]
    [InlineData("embed", "x.npy", "run", "--images", "images")]
    [InlineData("embed", "x.csv", "run", "--images", "images")]
    [InlineData("report", "x.html", "run")]
    [InlineData("compare", "x.html", "run")]
    [InlineData("classify", "x.json", "run", "--labelled", "images")]
    [InlineData("search", "x.png", "run", "--images", "images", "--duplicates")]
    [InlineData("evaluate", "x.json", "--encoder", "e.safetensors")]
    public async Task Out_FileThatIsThereOrCannotBe_IsRefusedFirst(string verb, string name, params string[] rest)
    {
        string file = folder[name];
        await File.WriteAllTextAsync(file, "precious", TestContext.Current.CancellationToken);
        CommandLine there = await CommandLine.RunAsync([verb, .. rest, "--out", file]);
        Assert.Equal(1, there.ExitCode);
        Assert.Contains($"{file} exists already. Give --force", there.Error, StringComparison.Ordinal);
        CommandLine missing = await CommandLine.RunAsync([verb, .. rest, "--out", folder[$"no/{name}"]]);
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("does not exist", missing.Error, StringComparison.Ordinal);
        CommandLine ending = await CommandLine.RunAsync([verb, .. rest, "--out", folder["x.frob"]]);
        if (verb != "classify")
            Assert.Contains("can be written", ending.Error, StringComparison.Ordinal);
        CommandLine forced = await CommandLine.RunAsync([verb, .. rest, "--out", file, "--force"]);
        Assert.DoesNotContain("exists already", forced.Error, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    /// <summary>Images that are not there are said before a run is opened, and so before anything is embedded.</summary>
    [Theory]
    [InlineData("embed", "--images", "imagse", "--out", "e.csv")]
    [InlineData("search", "--images", "imagse", "--duplicates")]
    [InlineData("search", "--images", "images", "--query", "imagse")]
    [InlineData("classify", "--labelled", "imagse", "--out", "c.json")]
    [InlineData("classify", "--labelled", "images", "--images", "imagse", "--out", "c.json")]
    public async Task Images_ThatAreNotThere_AreSaidFirst(string verb, params string[] rest)
    {
        Directory.CreateDirectory(folder["images"]);
        CommandLine result = await CommandLine.RunAsync(
            [verb, "no-run", .. rest.Select(word => word.StartsWith("--", StringComparison.Ordinal) ? word : folder[word])]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"Did you mean {folder["images"]}?", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Notes beside a file that is not there are nobody's to replace.</summary>
    [Fact]
    public void EmbeddingFile_NotesOfTheSameName_AreNeverReplaced()
    {
        File.WriteAllText(folder["notes.txt"], "precious");
        Assert.Contains("notes.txt exists already", Assert.Throws<RunException>(() => EmbeddingFile.Require(folder["notes.npy"], force: false)).Message, StringComparison.Ordinal);
        Assert.Throws<RunException>(() => EmbeddingFile.Require(folder["notes.npy"], force: true));
        EmbeddingFile.Require(folder["notes.csv"], force: false);
        File.WriteAllText(folder["notes.npy"], "");
        EmbeddingFile.Require(folder["notes.npy"], force: true);
    }

    [Fact]
    public void Require_FolderThatCannotBeWritten_SaysSoAndLeavesNothing()
    {
        OutputFile.Require(folder["x.csv"], force: false);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        Assert.Contains("Did you mean .csv?", Assert.Throws<InvalidOptionException>(() => OutputFile.Require("x.cvs", force: false, ".csv", ".npy")).Message, StringComparison.Ordinal);
        Assert.SkipUnless(Directory.Exists("/proc/self"), "Only Linux has a folder that nobody can write to.");
        Assert.Contains("cannot be written", Assert.Throws<RunException>(() => OutputFile.Require("/proc/self/x.csv", force: false)).Message, StringComparison.Ordinal);
    }
}
