using System.Text.RegularExpressions;

namespace Lethe.Tests.Documentation;

/// <summary>A Markdown page of the repository: its links, the places that links may lead to, and its blocks of code.</summary>
internal sealed partial class MarkdownPage
{
    private readonly string[] lines;
    private readonly bool[] isCode;

    private MarkdownPage(string path)
    {
        Path = path;
        lines = [.. File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)).ReplaceLineEndings("\n").Split('\n')];
        (isCode, Blocks) = Read(lines);
        Prose = string.Join('\n', lines.Where((_, i) => !isCode[i]));
        Anchors = AnchorsOf(lines.Where((line, i) => !isCode[i] && line.StartsWith('#')));
    }

    /// <summary>All pages that people read.</summary>
    public static IReadOnlyList<MarkdownPage> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(new[] { "docs", "src", "benchmarks", "tests", ".github" }.Select(folder => System.IO.Path.Combine(Repository.Root, folder))
                .Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)))
            .Select(file => System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(file => new MarkdownPage(file)),
    ];

    /// <summary>The file, relative to the repository.</summary>
    public string Path { get; }

    /// <summary>The page without its blocks of code.</summary>
    public string Prose { get; }

    /// <summary>What may follow <c>#</c> in a link to this page.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>Blocks of code, fenced or indented.</summary>
    public IReadOnlyList<(string Language, string Text)> Blocks { get; }

    /// <summary>Where links and pictures lead.</summary>
    public IEnumerable<string> Links => Link().Matches(InlineCode().Replace(Prose, "")).Select(match => match.Groups[1].Value);

    /// <summary>Code within sentences.</summary>
    public IEnumerable<string> Inline => InlineCode().Matches(Prose).Select(match => match.Groups[1].Value);

    /// <summary>Lines of shell: continued ones joined, comments and what else stands after three blanks cut, variables of the page filled in.</summary>
    public IEnumerable<string> ShellLines()
    {
        Dictionary<string, string> variables = [];
        foreach ((string language, string text) in Blocks.Where(block => block.Language is "" or "sh"))
        {
            foreach (string line in Continued().Replace(text, " ").Split('\n'))
            {
                string command = Comment().Replace(line.TrimEnd(), "");
                foreach (Match set in Variable().Matches(command))
                    variables[set.Groups[1].Value] = set.Groups[2].Value.Trim('"', '\'');
                yield return UseOfVariable().Replace(command, use => variables.GetValueOrDefault(use.Groups[1].Value, use.Value)).Trim();
            }
        }
    }

    public override string ToString() => Path;

    private static (bool[] IsCode, List<(string, string)> Blocks) Read(string[] lines)
    {
        var isCode = new bool[lines.Length];
        List<(string, string)> blocks = [];
        for (int i = 0; i < lines.Length; i++)
        {
            int start = i;
            if (lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                for (i++; !lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal);)
                    i++;
                blocks.Add((lines[start].Trim('`', ' '), string.Join('\n', lines[(start + 1)..i])));
            }
            else if (lines[i].StartsWith("    ", StringComparison.Ordinal) && (i == 0 || lines[i - 1].Length == 0))
            {
                while (i + 1 < lines.Length && lines[i + 1].StartsWith("    ", StringComparison.Ordinal))
                    i++;
                blocks.Add(("", string.Join('\n', lines[start..(i + 1)].Select(line => line[4..]))));
            }
            else
            {
                continue;
            }

            Array.Fill(isCode, true, start, i - start + 1);
        }

        return (isCode, blocks);
    }

    // As GitHub makes them: small letters, blanks to dashes, other signs left out; a second one of the same name is numbered.
    private static HashSet<string> AnchorsOf(IEnumerable<string> headings)
    {
        HashSet<string> anchors = [];
        foreach (string heading in headings)
        {
            string text = LinkText().Replace(heading.TrimStart('#').Trim(), "$1").ToLowerInvariant();
            string name = string.Concat(text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-'), numbered = name;
            for (int i = 1; !anchors.Add(numbered); i++)
                numbered = $"{name}-{i}";
        }

        return anchors;
    }

    [GeneratedRegex(@"\]\(([^()\s]+(?:\([^()]*\))?[^()\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"(^|\s)#.*$|\s{3,}\S.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("""(?<=^|\s)([A-Z_]+)=("[^"]*"|\S+)""")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$([A-Z_]+)")]
    private static partial Regex UseOfVariable();
}
