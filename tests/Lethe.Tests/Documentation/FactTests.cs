using System.Text.RegularExpressions;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;

namespace Lethe.Tests.Documentation;

/// <summary>What pages say of the program is so, and what they say of results stands on a page of results.</summary>
public sealed partial class FactTests
{
    private const string Results = "docs/results/", Readme = "README.md", Evaluation = "docs/evaluate.md";

    private static readonly string[] numerals = ["eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"];

    [Fact]
    public void Readme_Methods_AreThoseThatThereAre()
    {
        // The positive control learns from labels, and samples bring methods of their own.
        string[] titles =
        [
            .. MethodRegistry.All.Where(entry => entry.DefaultOptions.GetType().Assembly == typeof(MethodRegistry).Assembly && entry.Name != "supervised")
                .Select(entry => entry.Title),
        ];
        Assert.All(titles, title => Assert.Contains(title, Prose(Readme), StringComparison.Ordinal));
        Assert.Contains($"one of {numerals[titles.Length - 8]} methods", Prose(Readme), StringComparison.Ordinal);
    }

    [Fact]
    public void Protocols_AreThoseThatThereAre()
    {
        string[] names =
        [
            .. ProtocolRegistry.All.Where(entry => entry.DefaultOptions.GetType().Assembly == typeof(ProtocolRegistry).Assembly).Select(entry => entry.Name),
        ];
        Assert.Equal(names.Order(StringComparer.Ordinal), Row().Matches(Prose(Evaluation)).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.Contains($"{numerals[names.Length - 8]} protocols", Prose(Readme), StringComparison.Ordinal);
    }

    /// <summary>An interval that a page quotes is one that a page of results has, with the number before it.</summary>
    [Fact]
    public void Intervals_ThatPagesQuote_StandInTheResults()
    {
        string results = string.Join('\n', MarkdownPage.All.Where(page => page.Path.StartsWith(Results, StringComparison.Ordinal)).Select(page => page.Prose));
        (string Page, Match Quote)[] quotes =
        [
            .. MarkdownPage.All.Where(page => page.Path == Readme || page.Path.StartsWith("docs/concepts/", StringComparison.Ordinal)).SelectMany(
                page => Interval().Matches(page.Prose).Select(match => (page.Path, match))),
        ];
        Assert.NotEmpty(quotes);
        Assert.All(quotes, one => Assert.Matches(
            $@"{Regex.Escape(one.Quote.Groups[1].Value)}[^\n\[\]]{{0,60}}{Regex.Escape(one.Quote.Groups[2].Value)}", results));
    }

    private static string Prose(string path) => MarkdownPage.All.Single(page => page.Path == path).Prose;

    [GeneratedRegex("^\\| `([a-z]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"([0-9]+\.[0-9]+) [^\n\[\]]{0,40}(\[[0-9.]+, [0-9.]+\])")]
    private static partial Regex Interval();
}
