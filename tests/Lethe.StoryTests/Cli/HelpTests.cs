using System.CommandLine;
using Lethe.Cli;

namespace Lethe.Tests.Cli;

/// <summary>The pages of <c>--help</c>, of every verb.</summary>
public sealed class HelpTests
{
    private const int Columns = 80;

    private static readonly RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));

    public static TheoryData<string> Verbs => [.. Usage.Verbs(root).Prepend(root).Select(Usage.NameOf)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void ShortPage_FitsAScreenOfEightyColumns(string name)
    {
        Command verb = Find(name);
        string[] lines = [.. HelpPage.Lines(verb, null, Columns)];
        Assert.All(lines, line => Assert.True(line.Length <= Columns, line));
        Assert.True(lines.Length < 100);
        Assert.All(HelpPage.Lines(verb, "all", 60), line => Assert.True(line.Length <= 60 || !line.TrimStart().Contains("  ", StringComparison.Ordinal), line));
    }

    /// <summary>What comes first is there, and the command lines can be given as they stand.</summary>
    [Theory]
    [MemberData(nameof(Verbs))]
    public void Guide_OptionsAndExamples_Exist(string name)
    {
        VerbGuide guide = VerbGuide.Of(Find(name));
        Assert.NotEmpty(guide.Examples);
        Assert.True(guide.First.Count <= 10);
        Assert.All(guide.First, flag => Assert.Contains(Find(name).Options, option => option.Name == flag));
        Assert.All(guide.Examples, example =>
        {
            Assert.StartsWith($"lethe {name}", example.Line, StringComparison.Ordinal);
            Assert.Empty(Usage.Errors(root.Parse(example.Line["lethe".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)), root));
        });
    }

    /// <summary>Every option of every verb stands on the page of all, and on that of each of its groups, with what it does.</summary>
    [Theory]
    [MemberData(nameof(Verbs))]
    public void AllPage_EveryOption_IsDescribed(string name)
    {
        Command verb = Find(name);
        string text = string.Join('\n', HelpPage.Lines(verb, "all", Columns));
        Assert.All(verb.Options, option =>
        {
            Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name);
            Assert.Matches($@"\n  {option.Name}( \S+)?( {{2,}}\S|\n {{10}})", text);
        });
        foreach (FieldOption option in verb.Options.OfType<FieldOption>())
        {
            Assert.NotEmpty(option.Groups);
            Assert.All(option.Groups, group => Assert.Contains($"\n  {option.Name} ", string.Join('\n', HelpPage.Lines(verb, group.Name, Columns)), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Groups_OfEveryVerb_HaveATitleAndANameOfTheirOwn()
    {
        OptionGroup[] groups = [.. Usage.Verbs(root).SelectMany(verb => verb.Options.OfType<FieldOption>()).SelectMany(option => option.Groups).Distinct()];
        Assert.All(groups, group => Assert.False(string.IsNullOrWhiteSpace(group.Title), group.Name));
        Assert.All(
            Usage.Verbs(root), verb => Assert.All(
                verb.Options.OfType<FieldOption>().SelectMany(option => option.Groups).Distinct().GroupBy(group => group.Name), same => Assert.Single(same)));
    }

    [Fact]
    public async Task Help_AskedFor_IsGivenWhateverElseIsWrong()
    {
        Assert.Contains("Main options", (await CommandLine.RunAsync("pretrain", "--frob", "--help")).Output, StringComparison.Ordinal);
        Assert.Contains("Usage: lethe undo RUN [OPTIONS]", (await CommandLine.RunAsync("undo", "-h")).Output, StringComparison.Ordinal);
        Assert.Contains("--crop-scale-minimum", (await CommandLine.RunAsync("pretrain", "--help", "augmentation")).Output, StringComparison.Ordinal);
        Assert.Contains("Did you mean training?", (await CommandLine.RunAsync("pretrain", "--help", "trainig")).Output, StringComparison.Ordinal);
        CommandLine bare = await CommandLine.RunAsync();
        Assert.Equal(0, bare.ExitCode);
        Assert.Contains("Verbs", bare.Output, StringComparison.Ordinal);
    }

    private static Command Find(string name) => Usage.Verbs(root).Prepend(root).Single(verb => Usage.NameOf(verb) == name);
}
