using System.Xml.Linq;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

public sealed class GlossaryTests
{
    /// <summary>What a word links to is listed, with the sentence that the word itself shows.</summary>
    [Fact]
    public void Render_EveryMarkedWord_IsInTheListWithItsSentence()
    {
        XDocument page = XDocument.Parse(HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { Map = MapSamples.Map() }])));
        Dictionary<string, string> listed = page.Descendants("dl").Single().Elements("div")
            .ToDictionary(entry => "#" + (string)entry.Attribute("id")!, entry => entry.Element("dd")!.Value);
        XElement[] marked = [.. page.Descendants("a").Where(link => (string?)link.Attribute("class") == "term")];
        Assert.True(marked.Length > 20);
        Assert.All(marked, link => Assert.Equal(listed[(string)link.Attribute("href")!], (string)link.Attribute("data-says")!));
        Assert.Equal(Glossary.Names.Count(), listed.Count);
        Assert.Equal(Glossary.Names.Distinct().Count(), listed.Count);
    }

    [Fact]
    public void Marked_AText_MarksEachTermOnceAndLeavesTheWordsAsTheyAre()
    {
        const string Text = "kNN on layer4: UMM and UMM, a control; <b> is 3 points above, and points lie together.";
        XElement marked = XElement.Parse($"<p>{Glossary.Marked(Text)}</p>");
        Assert.Equal(Text, marked.Value);
        Assert.Equal(["kNN", "layer4", "UMM", "control", "points"], marked.Elements("a").Select(link => link.Value));
        Assert.Empty(XElement.Parse($"<p>{Glossary.Marked("uncontrolled blayers kNNs")}</p>").Elements());
    }
}
