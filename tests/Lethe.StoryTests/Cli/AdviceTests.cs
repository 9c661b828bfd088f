using System.Text.RegularExpressions;
using Lethe.Runs;
using Lethe.Storage;
using SkiaSharp;

namespace Lethe.Tests.Cli;

/// <summary>Advice can be followed: what an error tells to do is done here, and works.</summary>
[Collection<TorchCollection>]
public sealed partial class AdviceTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>"Did you mean": the command line with the word that was meant in place of the one that was typed.</summary>
    [Theory]
    [InlineData("doctr --speed false")]
    [InlineData("methods byoll")]
    [InlineData("data descrbe")]
    [InlineData("diagnose RUN --mesures rank")]
    [InlineData("diagnose RUN --measures rnak")]
    [InlineData("evaluate RUN --protocol kn --quick --stages before")]
    [InlineData("evaluate RUN --protocol knn --quik --stages before")]
    [InlineData("evaluate RUN --protocol knn --quick --stages befor")]
    [InlineData("report RUNN")]
    [InlineData("embed RUN --images IMAGES --out OUT.csv --layer layr3")]
    [InlineData("embed RUN --images IMAGESS --out OUT.csv")]
    [InlineData("search RUN --images IMAGES --duplicats")]
    [InlineData("undo RUN --iterations 1 --control false --hypergradient frst-order")]
    public async Task DidYouMean_PutInPlace_Works(string line)
    {
        string[] words = Words(line);
        CommandLine wrong = await CommandLine.RunAsync(words);
        Assert.NotEqual(0, wrong.ExitCode);
        Match meant = Meant().Match(wrong.Error);
        Assert.True(meant.Success, wrong.Error);
        string word = meant.Groups[1].Value;
        int typed = Enumerable.Range(0, words.Length).MinBy(
            i => Lethe.Runtime.Suggestion.SlipsBetween(words[i], word) is var slips && slips > 0 ? slips : int.MaxValue);
        words[typed] = word;
        CommandLine right = await CommandLine.RunAsync(words);
        Assert.True(right.ExitCode == 0, $"{string.Join(' ', words)}: {right.Error}");
    }

    /// <summary>A command between quotes in what was said is given as it stands, and works.</summary>
    [Theory]
    [InlineData("diagnose STARTED", "interrupted", "lethe pretrain --resume")]
    [InlineData("embed STARTED --images IMAGES --out OUT.csv", "interrupted", "lethe pretrain --resume")]
    [InlineData("report STARTED", "interrupted", "lethe pretrain --resume")]
    [InlineData("report RUN --markdown", "no undo", "lethe undo")]
    [InlineData("compare BARE", "not been evaluated", "lethe evaluate")]
    [InlineData("pretain", "no verb", "lethe --help")]
    [InlineData("undo RUN --frob", "no option", "lethe undo --help")]
    public async Task Advice_CommandInQuotes_Works(string line, string said, string begins)
    {
        CommandLine first = await CommandLine.RunAsync(Words(line));
        string[] advised = [.. Quoted().Matches(first.Error).Select(match => match.Groups[1].Value)];
        Assert.Contains(said, first.Error, StringComparison.Ordinal);
        string command = Assert.Single(advised.Distinct(), one => one.StartsWith(begins, StringComparison.Ordinal));
        string[] words = [.. command.Split(' ')[1..]];
        if (words[0] == "undo" && !words.Contains("--help"))
            words = [.. words, "--iterations", "1", "--hypergradient", "first-order", "--control", "false"];
        CommandLine then = await CommandLine.RunAsync(words);
        Assert.True(then.ExitCode == 0, $"{command}: {then.Error}");
        CommandLine again = await CommandLine.RunAsync(Words(line, remade: true));
        if (words.Length > 2)
            Assert.DoesNotContain(said, again.Error, StringComparison.Ordinal);
    }

    // RUN is a finished run, STARTED an interrupted one, BARE one that was never evaluated, IMAGES a folder; a letter more is a slip.
    private string[] Words(string line, bool remade = false)
    {
        Directory.CreateDirectory(folder["images"]);
        for (int i = 0; i < 3 && !remade; i++)
        {
            using var bitmap = new SKBitmap(20, 20);
            bitmap.Erase(new SKColor((byte)(80 * i), 100, 50));
            using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(folder[$"images/{i}.png"], data.ToArray());
        }

        if (!remade)
        {
            finished.CopyTo(folder["run"]);
            finished.CopyTo(folder["started"], "interrupted");
            finished.CopyTo(folder["bare"]);
            RunDirectory bare = RunDirectory.Open(folder["bare"]);
            File.WriteAllText(bare.MetricsPath, "");
            bare.SaveManifest(bare.LoadManifest() with { Metrics = new FileSeal(0, JsonSeal.Of([])) });
        }

        return
        [
            .. line.Split(' ').Select(word => word
                .Replace("RUN", folder["run"], StringComparison.Ordinal).Replace("STARTED", folder["started"], StringComparison.Ordinal)
                .Replace("BARE", folder["bare"], StringComparison.Ordinal).Replace("IMAGES", folder["images"], StringComparison.Ordinal)
                .Replace("OUT", folder[remade ? "again" : "out"], StringComparison.Ordinal).Replace(folder["run"] + "N", folder["run"] + "n", StringComparison.Ordinal)
                .Replace(folder["images"] + "S", folder["images"] + "s", StringComparison.Ordinal)),
        ];
    }

    [GeneratedRegex(@"Did you mean (\S+?)(\?| or)")]
    private static partial Regex Meant();

    [GeneratedRegex(@"'(lethe [^']+)'")]
    private static partial Regex Quoted();
}
