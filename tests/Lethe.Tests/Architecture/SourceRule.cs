using System.Text.RegularExpressions;

namespace Lethe.Tests.Architecture;

/// <summary>Finds where a source file breaks the house style in what only the text shows.</summary>
internal static partial class SourceRule
{
    /// <summary>What is wrong with a file.</summary>
    /// <param name="relativePath">The path below the project's folder, with forward slashes.</param>
    /// <param name="rootNamespace">The namespace of the project's folder.</param>
    /// <param name="text">The file's text.</param>
    public static IReadOnlyList<string> Violations(string relativePath, string rootNamespace, string text)
    {
        var violations = new List<string>();
        violations.AddRange(text.Split('\n').Index().Where(line => line.Item.Length > LongestLine)
            .Select(line => $"{relativePath}, line {line.Index + 1}: has {line.Item.Length} characters; expected at most {LongestLine}"));
        string[] types = [.. AnyType().Matches(text).Select(match => match.Groups["name"].Value)];
        if (types.Length == 0)
            return violations; // top-level statements, attributes of the assembly

        string folder = (Path.GetDirectoryName(relativePath) ?? "").Replace('\\', '/').Replace('/', '.');
        string expected = folder.Length == 0 ? rootNamespace : $"{rootNamespace}.{folder}";
        string found = FileScopedNamespace().Match(text) is { Success: true } match ? match.Groups["name"].Value : "none";
        if (found != expected)
            violations.Add($"{relativePath}: expected the file-scoped namespace {expected}, found {found}");

        string[] outer = [.. TopLevelType().Matches(text).Select(type => type.Groups["name"].Value)];

        // The options of a method are read with it.
        if (outer.Length == 2 && outer[1] == outer[0] + "Options")
            outer = outer[..1];
        if (outer.Distinct().Count() > 1)
            violations.Add($"{relativePath}: has the types {string.Join(", ", outer)}; expected one in a file");
        else if (outer.Length > 0 && outer[0] != Path.GetFileNameWithoutExtension(relativePath).Split('.')[0])
            violations.Add($"{relativePath}: is not named after its type {outer[0]}");

        foreach (string name in types.Where(name => EmptyName().IsMatch(name)))
            violations.Add($"{relativePath}: {name} says nothing of what it does; expected a name without Manager, Helper, Utils, Common");
        return violations;
    }

    // As .editorconfig says; what is longer is not read.
    private const int LongestLine = 140;

    private const string Keywords = @"(?:(?:sealed|static|abstract|partial|readonly|ref|unsafe|file|new)\s+)*(?:class|record\s+struct|record\s+class|record|struct|interface|enum|delegate\s+[\w<>\[\],.?]+)\s+(?<name>\w+)";

    [GeneratedRegex(@"^\s*(?:(?:public|internal|private|protected)\s+)*" + Keywords + @"\s*(?:[<({:;]|$)", RegexOptions.Multiline)]
    private static partial Regex AnyType();

    [GeneratedRegex(@"^(?:public|internal)\s+" + Keywords, RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex FileScopedNamespace();

    [GeneratedRegex("(?:Manager|Helpers?|Util|Utils|Utility|Utilities|Common)$")]
    private static partial Regex EmptyName();
}
