using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Lethe.Tests.Documentation;

/// <summary>Every block of C# on a page is a program that compiles against the library, or is a part of a sample that does.</summary>
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
