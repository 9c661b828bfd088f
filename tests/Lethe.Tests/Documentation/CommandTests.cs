using System.CommandLine;
using System.Text.RegularExpressions;
using Lethe.Cli;

namespace Lethe.Tests.Documentation;

/// <summary>Command lines on the pages can be given as they stand.</summary>
public sealed partial class CommandTests
{
    private const string Program = "lethe ";

    private static readonly RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));

    private static readonly string[] repositoryFolders = ["src/", "tests/", "samples/", "benchmarks/", "docs/", ".ci/"];

    public static TheoryData<string> Pages => [.. MarkdownPage.All.Where(page => page.Blocks.Count > 0).Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_LinesOfTheProgram_AreUnderstood(string path)
    {
        string[] commands = [.. Lines(path).Select(line => Leading().Replace(line, "")).Where(line => line.StartsWith(Program, StringComparison.Ordinal))];
        Assert.Empty(commands.SelectMany(command => Usage.Errors(root.Parse(Words(command[Program.Length..])), root).Select(error => $"{command}: {error}")));
    }

    /// <summary>What stands in a sentence may leave out what a verb needs, but names a verb and options that there are.</summary>
    [Theory]
    [MemberData(nameof(Everything))]
    public void Sentences_VerbsAndOptions_Exist(string path)
    {
        MarkdownPage page = MarkdownPage.All.Single(one => one.Path == path);
        foreach (string[] words in page.Inline.Where(code => code.StartsWith(Program, StringComparison.Ordinal)).Select(code => Words(code[Program.Length..])))
        {
            if (words[0] == "VERB")
                continue;
            Command verb = words[0].StartsWith('-') ? root : Usage.Verbs(root).First(one => one.Name == words[0]);
            verb = verb.Subcommands.FirstOrDefault(one => words.Length > 1 && one.Name == words[1]) ?? verb;
            Assert.All(
                words.Where(word => word.StartsWith("--", StringComparison.Ordinal) && !word.EndsWith('…')),
                flag => Assert.True(Usage.Find(verb, flag.Split('=')[0]) is not null, $"{verb.Name} {flag}"));
        }
    }

    public static TheoryData<string> Everything => [.. MarkdownPage.All.Where(page => page.Path != "CHANGELOG.md").Select(page => page.Path)];

    /// <summary>Files of the repository that a line names are there, and so are the classes of tests that it runs.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_FilesAndTests_Exist(string path)
    {
        string[][] commands = [.. Lines(path).Where(line => Shell().IsMatch(line)).Select(Words)];
        string[] files = [.. commands.SelectMany(words => words).Where(word => repositoryFolders.Any(folder => word.StartsWith(folder, StringComparison.Ordinal)))];
        Assert.DoesNotContain(files, file => !Path.Exists(Path.Combine(Repository.Root, file)));
        Assert.Empty(commands.Where(words => !TestsExist(words)).Select(words => string.Join(' ', words)));
    }

    /// <summary>So do the tests that a sentence or a table names.</summary>
    [Fact]
    public void Sentences_TestsThatTheyName_Exist()
    {
        string sources = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));
        string[] names = [.. MarkdownPage.All.SelectMany(page => page.Inline).SelectMany(code => NameOfTest().Matches(code)).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => !PartsOf(name).All(part => sources.Contains(part, StringComparison.Ordinal)));

        static string[] PartsOf(string name) => name.Split('*', StringSplitOptions.RemoveEmptyEntries);
    }

    // A class or a method of tests that is named is one of the project that is named, or of any.
    private static bool TestsExist(string[] words)
    {
        string?[] values = [.. new[] { "--project", "--filter-class", "--filter-method" }.Select(flag => After(words, flag))];
        string folder = Path.Combine(Repository.Root, values[0] ?? "tests");
        return (values[1] ?? values[2])?.Trim('*') is not { } name || Directory.EnumerateFiles(folder, "*Tests.cs", SearchOption.AllDirectories)
            .Any(file => values[1] is null ? File.ReadAllText(file).Contains(name, StringComparison.Ordinal) : Path.GetFileNameWithoutExtension(file) == name);
    }

    private static string? After(string[] words, string flag) =>
        words.Zip(words.Skip(1)).Where(pair => pair.First == flag).Select(pair => pair.Second).FirstOrDefault();

    // What is piped or written to a file is not the program's.
    private static IEnumerable<string> Lines(string path) =>
        MarkdownPage.All.Single(one => one.Path == path).ShellLines().Select(line => Redirection().Replace(line, ""));

    private static string[] Words(string line) => [.. Word().Matches(line).Select(match => match.Value.Trim('\'', '"'))];

    [GeneratedRegex(""" "[^"]*"|'[^']*'|\S+ """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Word();

    [GeneratedRegex(@"\s+[>|<]\s.*$")]
    private static partial Regex Redirection();

    [GeneratedRegex(@"-(?:class|method) '?\*?([\w*]+?)\*?(?:'|$)")]
    private static partial Regex NameOfTest();

    // Variables of the environment before a command, and a prompt.
    [GeneratedRegex(@"^(\$ |[A-Z_]+=\S+ )+")]
    private static partial Regex Leading();

    [GeneratedRegex("^(dotnet|lethe|bench|bash|sh|python3?|cd|\\.ci/run) ")]
    private static partial Regex Shell();
}
