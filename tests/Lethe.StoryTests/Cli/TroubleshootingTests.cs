using System.Text.RegularExpressions;

namespace Lethe.Tests.Cli;

/// <summary>What docs/troubleshooting.md explains is what is said.</summary>
public sealed partial class TroubleshootingTests
{
    private static readonly string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "troubleshooting.md"));

    [Fact]
    public void ErrorsByTheirWords_AreWordsOfTheProgram()
    {
        string[] texts = [.. HintTests.Texts()];
        string section = page[page.IndexOf("## Errors by their words", StringComparison.Ordinal)..page.IndexOf("Exit codes:", StringComparison.Ordinal)];
        string[] words = [.. section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Quoted().Matches(line.Split('|')[1])).Select(match => match.Groups[1].Value)];
        Assert.True(words.Length > 10);
        Assert.All(words, word => Assert.Contains(texts, text => text.Contains(word, StringComparison.Ordinal)));
    }

    /// <summary>So are the problems that doctor knows: each part between dots.</summary>
    [Fact]
    public void ProblemsOfDoctor_AreWordsOfTheProgram()
    {
        string[] texts = [.. HintTests.Texts()];
        string section = page[page.IndexOf("| it says |", StringComparison.Ordinal)..page.IndexOf("## Errors by their words", StringComparison.Ordinal)];
        string[] rows = [.. section.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(line => line.Split('|')[1].Trim())];
        Assert.True(rows.Length > 7);
        Assert.All(
            rows.SelectMany(row => row.Split(['…', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Where(part => part is not "has"),
            part => Assert.Contains(texts, text => text.Contains(part, StringComparison.Ordinal)));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
