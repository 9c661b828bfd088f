namespace Lethe.Tests.Documentation;

/// <summary>Every link of every page leads somewhere.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. MarkdownPage.All.Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_LeadToFilesAndHeadings(string path)
    {
        MarkdownPage page = MarkdownPage.All.Single(one => one.Path == path);
        Assert.DoesNotContain(page.Links, link => !link.Contains("://", StringComparison.Ordinal) && !Exists(page, link));
    }

    /// <summary>A page that no other page leads to is found by nobody.</summary>
    [Fact]
    public void Pages_OfTheDocumentation_AreLinkedFromAnother()
    {
        HashSet<string> reached =
        [
            .. MarkdownPage.All.SelectMany(page => page.Links.Where(link => !link.Contains("://", StringComparison.Ordinal))
                .Select(link => Target(page, link.Split('#')[0])).Where(target => target != page.Path)),
        ];
        Assert.DoesNotContain(
            MarkdownPage.All.Select(page => page.Path), path => path.StartsWith("docs/", StringComparison.Ordinal) && !reached.Contains(path));
    }

    /// <summary>The site's navigation names pages that there are.</summary>
    [Fact]
    public void Navigation_EachEntry_IsAPage()
    {
        string[] entries =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "toc.yml", SearchOption.AllDirectories).SelectMany(
                file => File.ReadLines(file).Select(line => line.Trim()).Where(line => line.StartsWith("href:", StringComparison.Ordinal))
                    .Select(line => Path.Combine(Path.GetDirectoryName(file)!, line["href:".Length..].Trim()))),
        ];
        Assert.NotEmpty(entries);

        // That of the library is made with the site.
        Assert.DoesNotContain(entries, entry => !entry.Contains("artifacts", StringComparison.Ordinal) && !Path.Exists(entry));
    }

    private static bool Exists(MarkdownPage page, string link)
    {
        string[] parts = link.Split('#');
        string target = Target(page, parts[0]);
        return Path.Exists(Path.Combine(Repository.Root, target))
            && (parts.Length == 1 || MarkdownPage.All.Single(one => one.Path == target).Anchors.Contains(parts[1]));
    }

    // Relative to the page; nothing is the page itself.
    private static string Target(MarkdownPage page, string link)
    {
        string folder = Path.GetDirectoryName(page.Path)!;
        return link.Length == 0 ? page.Path
            : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, folder, Uri.UnescapeDataString(link))).Replace('\\', '/');
    }
}
