using System.CommandLine;
using Lethe.Cli;
using Lethe.Cli.Sweeps;
using Lethe.Reproduction;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Lethe.Tests.Documentation;

/// <summary>
/// Every block of C# on a page is a program that compiles against the library, or is a part of a sample that does; settings and documents
/// are read by what reads them.
/// </summary>
public sealed class SnippetTests
{
    private const string CSharp = "csharp";

    private static readonly SyntaxTree implicitUsings = CSharpSyntaxTree.ParseText(string.Concat(
        new[]
        {
            "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
        }.Select(name => $"global using {name};")));

    // What the tests run with is what a program refers to.
    private static readonly MetadataReference[] references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Lethe.Tests", StringComparison.Ordinal)
                && !Path.GetFileName(path).StartsWith("xunit", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<string> Pages =>
        [.. MarkdownPage.All.Where(page => page.Blocks.Any(block => block.Language == CSharp)).Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_OfCSharp_Compile(string path)
    {
        foreach ((_, string text) in MarkdownPage.All.Single(page => page.Path == path).Blocks.Where(block => block.Language == CSharp))
        {
            if (IsPartOfASample(text))
                continue;
            CSharpCompilation program = CSharpCompilation.Create(
                "Snippet", [implicitUsings, CSharpSyntaxTree.ParseText(text, cancellationToken: TestContext.Current.CancellationToken)], references, new CSharpCompilationOptions(OutputKind.ConsoleApplication));
            Assert.Empty(program.GetDiagnostics(TestContext.Current.CancellationToken).Where(one => one.Severity == DiagnosticSeverity.Error).Select(one => $"{one}\n{text}"));
        }
    }

    /// <summary>Settings in YAML are options of the verb that their first comment names; those of a sweep, of each of its steps.</summary>
    [Fact]
    public void Blocks_OfYaml_AreSettings()
    {
        RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));
        string[] blocks = [.. MarkdownPage.All.SelectMany(page => page.Blocks).Where(block => block.Language == "yaml").Select(block => block.Text)];
        Assert.NotEmpty(blocks);
        using var folder = new TemporaryFolder();
        foreach (string block in blocks)
        {
            File.WriteAllText(folder["settings.yaml"], block);
            string verb = block.Split(' ')[2];
            if (verb == "sweep")
            {
                RequireSteps(folder["settings.yaml"], root);
                continue;
            }

            string[] line = [verb, "--config", folder["settings.yaml"]];
            Assert.Empty(Usage.Errors(root.Parse(SettingsFile.Unfold(line, root.Parse(line))), root));
        }
    }

    /// <summary>The sweeps of the experiments.</summary>
    [Fact]
    public void Benchmarks_Sweeps_AreSettings()
    {
        RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));
        string[] files = Directory.GetFiles(Path.Combine(Repository.Root, "benchmarks"), "*.yaml");
        Assert.NotEmpty(files);
        Assert.All(files, file => RequireSteps(file, root));
    }

    /// <summary>Documents in JSON are values of the paper, as <c>reproduce --paper</c> reads them.</summary>
    [Fact]
    public void Blocks_OfJson_AreValuesOfThePaper()
    {
        string[] blocks = [.. MarkdownPage.All.SelectMany(page => page.Blocks).Where(block => block.Language == "json").Select(block => block.Text)];
        Assert.NotEmpty(blocks);
        using var folder = new TemporaryFolder();
        foreach (string block in blocks)
        {
            File.WriteAllText(folder["paper.json"], block);
            Assert.NotNull(PaperValues.Read(folder["paper.json"]));
        }
    }

    private static void RequireSteps(string file, RootCommand root) => Assert.All(
        Sweep.Read(file, null).Cells.SelectMany(cell => cell.Steps), step => Assert.Empty(ArgumentReader.Read(root, step).Errors));

    // The samples are compiled with the tests. Their comments may be left out on a page.
    private static bool IsPartOfASample(string text)
    {
        string part = Plain(text);
        return Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.cs", SearchOption.AllDirectories)
            .Any(file => Plain(File.ReadAllText(file)).Contains(part, StringComparison.Ordinal));
    }

    private static string Plain(string text) => string.Join(
        '\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())
            .Where(line => line.Length > 0 && !line.StartsWith("///", StringComparison.Ordinal)));
}
