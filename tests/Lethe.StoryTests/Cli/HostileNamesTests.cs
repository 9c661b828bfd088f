using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Runtime;
using nietras.SeparatedValues;

namespace Lethe.Tests.Cli;

/// <summary>
/// Files, classes and runs that are called as nobody would but who means harm: verbs go on, what they write has the name, and nothing that
/// shows it does what it says.
/// </summary>
[Collection<TorchCollection>]
public sealed class HostileNamesTests : IClassFixture<FinishedRun>, IDisposable
{
    private static readonly string[] names =
    [
        "=1+1", "+cmd|' C calc'!A0", "@SUM(A1)", "-2+3", "'=1+1", "'", "\t=1", "<script>alert(1)<", "<img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)", "&lt;b&gt;", "]]>", "{{7*7}}", "${jndi:x}", "$(touch x)", "`touch x`", "; touch x", "%s%n", "[bold]red",
        "a\u001b[2Jb", "a\u0007", "\u009b31m", "gpj.\u202ecat", "a\u200fb", "\u2066x", "\u0001", "a\nb", "a\rb", "con", "nul.x", "com1",
        "a:b", "x..y", "x..", " x", "x ", "~", "-rf", "--help", "\ud83d\ude00", "e\u0301", "\u00e9", "null", "NaN", "1e5", "0", "true", "a,b", "a;b",
        "a\"b", "\\x", "C:\\x", "#0", "a#1", new('n', 200), new('\u00e9', 100),
    ];

    // What a page, a terminal or a line could take for its own.
    private const string Marks = "<\"{\u001b\u202e\n";

    private readonly FinishedRun run;
    private readonly TemporaryFolder folder = new();

    public HostileNamesTests(FinishedRun run) => this.run = run;

    public void Dispose() => folder.Dispose();

    /// <summary>All of them at once, as classes and as files.</summary>
    [Fact]
    public async Task Verbs_OnFilesAndClassesOfSuchNames_WriteThemAndDoNothingElse()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No file can have such a name.");
        foreach ((int i, string name) in names.Index())
        {
            for (int k = 0; k < 2; k++)
                SmallRun.WriteImage(Path.Combine(folder["images"], name, $"{k}{name}.png"), (10 * i) + k);
        }

        string images = folder["images"], runPath = run.CopyTo(folder["run"]);
        JsonNode described = (await Run("data", "describe", "--data", images, "--json")).Json;
        Assert.Equal(names.Length, described["classes"]!.AsArray().Count);
        await Run("data", "check", "--data", images, "--out", folder["copies.csv"]);
        await Run("embed", runPath, "--images", images, "--out", folder["e.csv"], "--threads", "1");
        await Run("embed", runPath, "--images", images, "--out", folder["e.npy"], "--threads", "1");
        await Run("classify", runPath, "--labelled", images, "--images", images, "--predictions", folder["p.csv"], "--threads", "1");
        await Run("search", runPath, "--images", images, "--duplicates", "--out", folder["s.png"], "--threads", "1");
        foreach (string table in new[] { "e.csv", "p.csv" })
        {
            (string Path, string Label)[] read = Rows(folder[table]);
            Assert.Equal(names.Order(StringComparer.Ordinal), read.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(2 * names.Length, read.Count(row => File.Exists(Path.Combine(images, row.Path))));
            Assert.DoesNotContain(
                File.ReadAllLines(folder[table]).SelectMany(line => line.Split(',')),
                field => field.Trim('"') is { Length: > 0 } text && text[0] is '=' or '@');
        }

        // A table that was written names the same images when it is read.
        DataDescription labelled = DataSources.Describe(
            new DataOptions { Data = images, Labels = folder["p.csv"] }, seed: 1, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(2 * names.Length, labelled.Classes.Sum(one => one.Train + one.Probe + one.Test));
        Assert.Equal(["copies.csv", "e.csv", "e.labels.npy", "e.npy", "e.txt", "images", "p.csv", "run", "s.png"],
            Directory.GetFileSystemEntries(folder.Path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal));
    }

    /// <summary>As the name of a run, in its page too.</summary>
    [Fact]
    public async Task Report_OfRunsOfSuchNames_HasThemAsText()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No folder can have such a name.");
        foreach ((int i, string name) in names.Where(name => name.Any(Marks.Contains)).Index())
        {
            string path = run.CopyTo(Path.Combine(folder["runs"], $"{i}", name));
            CommandLine said = await Run("report", path, "--json");
            string page = File.ReadAllText((string)said.Json["report"]!);
            Assert.Equal(Path.Combine(path, "report.html"), (string)said.Json["report"]!);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
            Assert.DoesNotContain("\" onmouseover=\"alert", page, StringComparison.Ordinal);
        }
    }

    /// <summary>As values of options: what is wrong is said in a sentence, and nothing is written outside of the run.</summary>
    [Theory]
    [InlineData("--method")]
    [InlineData("--data")]
    [InlineData("--epochs")]
    [InlineData("--labels")]
    [InlineData("--config")]
    public async Task Options_OfSuchValues_AreRefused(string option)
    {
        foreach (string name in names)
        {
            CommandLine said = await CommandLine.RunAsync("pretrain", $"{option}={name}", "--epochs=0", "--out", folder["new"]);
            Assert.True(said.ExitCode is 1 or 2, $"{option} {name}: {said.Error}");
            Harmless(said, name);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static async Task<CommandLine> Run(params string[] arguments)
    {
        CommandLine said = await CommandLine.RunAsync(arguments);
        Assert.True(said.ExitCode == 0, $"{string.Join(' ', arguments)}: {said.Error}");
        Harmless(said, arguments[0]);
        return said;
    }

    // No escape sequence, nothing that turns text around, and none of ours that failed.
    private static void Harmless(CommandLine said, string what)
    {
        Assert.True(
            !said.Error.Any(c => (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c is '\u202e' or '\u2066' or '\u200f'),
            $"{what}: {said.Error}");
        Assert.DoesNotContain("should not happen", said.Error, StringComparison.Ordinal);
    }

    private static (string Path, string Label)[] Rows(string file)
    {
        var rows = new List<(string, string)>();
        using SepReader reader = Sep.Reader(options => options with { Unescape = true }).FromFile(file);
        foreach (SepReader.Row row in reader)
            rows.Add((CsvText.Plain(row["path"].ToString()), CsvText.Plain(row["label"].ToString())));
        return [.. rows];
    }
}
