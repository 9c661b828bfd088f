using System.CommandLine;
using Lethe.Cli;
using Lethe.Tests.Approved;

namespace Lethe.Tests.Documentation;

/// <summary>The reference is what the program and the code say of themselves. <c>LETHE_APPROVE=1</c> writes its pages anew.</summary>
public sealed class ReferenceTests
{
    private static readonly string folder = Path.Combine(Repository.Root, "docs", "reference", "cli");

    private static readonly RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));

    public static TheoryData<string> Verbs => [.. Usage.Verbs(root).Prepend(root).Select(Usage.NameOf)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Page_OfAVerb_IsItsHelp(string name)
    {
        Command verb = Usage.Verbs(root).Prepend(root).Single(one => Usage.NameOf(one) == name);
        Approval.Matches(folder, HelpMarkdown.FileName(verb), string.Join('\n', HelpMarkdown.Lines(verb)), Approval.IsAsked);
    }

    [Fact]
    public void Formulas_AreThoseOfTheCode() =>
        Approval.Matches(Path.GetDirectoryName(folder)!, "formulas.md", FormulaPage.Text(), Approval.IsAsked);

    [Fact]
    public void Pages_OfNoVerb_AreNone() => Assert.Empty(
        Directory.EnumerateFiles(folder, "*.md").Select(Path.GetFileName).Where(name => !name!.Contains(".received.", StringComparison.Ordinal))
            .Except(Usage.Verbs(root).Prepend(root).Select(HelpMarkdown.FileName)));

    [Fact]
    public async Task Help_Markdown_PrintsThePage()
    {
        CommandLine printed = await CommandLine.RunAsync("methods", "--help", "markdown");
        Assert.Equal(0, printed.ExitCode);
        Assert.StartsWith("# lethe methods", printed.Output, StringComparison.Ordinal);
    }
}
