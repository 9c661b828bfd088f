using System.Text.Json;
using System.Xml.Linq;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

public sealed class ReportMapTests
{
    [Fact]
    public void Render_WithAMap_HoldsItsDataAndLoadsNothing()
    {
        ImageMap map = MapSamples.Map();
        string html = Render(map);
        XDocument page = XDocument.Parse(html);
        JsonElement data = Data(page);
        Assert.Equal(map.Names, data.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(["untrained", "before", "UMM"], data.GetProperty("states").EnumerateArray().Select(state => state.GetProperty("label").GetString()));
        Assert.Equal("layer4", data.GetProperty("start").GetString());
        Assert.Equal(
            map.States[1].Layers[1].Neighbours,
            data.GetProperty("states")[1].GetProperty("layers")[1].GetProperty("neighbours").GetBytesFromBase64());
        Assert.False(data.GetProperty("thumbnails").TryGetProperty("sheets", out _));
        Assert.All(html.Split("url(").Skip(1), address => Assert.StartsWith("data:image/webp;base64,", address, StringComparison.Ordinal));
        Assert.DoesNotContain(" src='http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("fetch(", html, StringComparison.Ordinal);
    }

    /// <summary>A name ends neither its element, nor the script, nor an attribute, and comes out of the page's data as it went in.</summary>
    [Fact]
    public void Render_MarkupInNames_IsText()
    {
        string html = Render(MapSamples.Map(name: MapSamples.Hostile));
        XDocument page = XDocument.Parse(html);
        Assert.DoesNotContain("alert(1)</script>", html, StringComparison.Ordinal);
        Assert.Equal(2, page.Descendants("script").Count());
        Assert.Equal(MapSamples.Hostile, Data(page).GetProperty("names")[3].GetString());
        Assert.Equal(MapSamples.Hostile, Data(page).GetProperty("classes")[1].GetString());
    }

    [Fact]
    public void Render_EverySmallPicture_HasAnAlternativeText()
    {
        XElement[] pictures =
        [
            .. XDocument.Parse(Render(MapSamples.Map(), Scores())).Descendants("i")
                .Where(element => ((string?)element.Attribute("class"))?.StartsWith("thumb", StringComparison.Ordinal) == true),
        ];
        Assert.True(pictures.Length > 60);
        Assert.All(pictures, picture => Assert.NotEmpty((string?)picture.Attribute("aria-label") ?? ""));
    }

    [Fact]
    public void Render_Gallery_ShowsCopiesOutliersStrangersAndScores()
    {
        XElement gallery = XDocument.Parse(Render(MapSamples.Map(), Scores())).Descendants("section")
            .Single(section => (string?)section.Attribute("id") == "gallery");
        string text = string.Join(' ', gallery.Value.Replace('\u00A0', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("trained on as images/00.png", text, StringComparison.Ordinal);
        Assert.Contains("1 image of 60 with at least 6 of the 10 nearest in layer4 of one other class", text, StringComparison.Ordinal);
        Assert.Contains("dog; 10 of its nearest are cat; trained on", text, StringComparison.Ordinal);
        XElement[] outliers = [.. List("Outliers").Elements("li")];
        Assert.Equal(12, outliers.Length);
        Assert.StartsWith("images/59.png0.983; unseen", outliers[0].Element("span")!.Value.Trim(), StringComparison.Ordinal);
        Assert.Contains("SSLMem of 3 images that this run was trained on and runs/2 was not", text, StringComparison.Ordinal);
        Assert.Contains("layer4: mean 0.100; of images that neither saw 0.050", text, StringComparison.Ordinal);

        XElement List(string title) => gallery.Descendants("div").Single(div => div.Element("h3")?.Value == title).Element("ol")!;
    }

    [Fact]
    public void Render_Scores_BecomeAColumnOfTheWeightsThatTheyAreOf()
    {
        JsonElement[] Columns(ScoredImages scores) =>
        [
            .. Data(XDocument.Parse(Render(MapSamples.Map(), scores))).GetProperty("columns").EnumerateArray()
                .Where(column => column.GetProperty("name").GetString() == "SSLMem"),
        ];
        JsonElement[] columns = Columns(Scores());
        Assert.Equal(["stem", "layer4"], columns.Select(column => column.GetProperty("layer").GetString()));
        Assert.All(columns, column => Assert.Equal("before", column.GetProperty("stage").GetString()));
        float[] values = MapNumbers.Single(columns[1].GetProperty("values").GetBytesFromBase64());
        Assert.Equal((0.3f, float.NaN), (values[7], values[8]));
        Assert.Empty(Columns(Scores() with { Weights = "others" }));
    }

    /// <summary>Which of the two scores is shown is said where they are, and what it cannot say.</summary>
    [Fact]
    public void Render_Scores_SayWhetherTheyRestOnOneRunOrTwo()
    {
        ScoredImages two = Scores(), one = two with
        {
            Against = null, Layers = [.. two.Layers.Select(layer => layer with { Auc = 0.52, AucChance = 0.036 })],
        };
        string ofTwo = Gallery(two), ofOne = Gallery(one);
        Assert.Contains("SSLMem of 3 images that this run was trained on and runs/2 was not", ofTwo, StringComparison.Ordinal);
        Assert.Contains("Most memorised", ofTwo, StringComparison.Ordinal);
        Assert.Contains("Held-out score of 3 images", ofOne, StringComparison.Ordinal);
        Assert.Contains("AUC 0.520, by chance 0.464 to 0.536: no sign of memorisation", ofOne, StringComparison.Ordinal);
        Assert.DoesNotContain("Most memorised", ofOne, StringComparison.Ordinal);
        Assert.Equal("held-out score", Data(XDocument.Parse(Render(MapSamples.Map(), one))).GetProperty("columns")[1].GetProperty("name").GetString());

        static string Gallery(ScoredImages scores) => XDocument.Parse(Render(MapSamples.Map(), scores)).Descendants("section")
            .Single(section => (string?)section.Attribute("id") == "gallery").Value.ReplaceLineEndings(" ");
    }

    [Fact]
    public void Render_ScoresOfOtherWeights_SaySoAndNameTheCommand()
    {
        ReportRun run = ReportSamples.Run();
        run = run with { Evaluations = [.. run.Evaluations.Select(record => record with { Weights = $"weights of {record.Stage}" })] };
        Assert.DoesNotContain("These scores belong to other", Page(Scores()), StringComparison.Ordinal);
        string stale = Page(Scores() with { Weights = "others" });
        Assert.Contains("These scores belong to other weights than the rest of this page", stale, StringComparison.Ordinal);
        Assert.Contains("lethe diagnose runs/1 --against runs/2", stale, StringComparison.Ordinal);

        string Page(ScoredImages scores) => HtmlReport.Render(ReportModel.Of([run with { Scores = scores }]));
    }

    /// <summary>All images but one have ten of their class about them. A map of other weights is no rival's match.</summary>
    [Fact]
    public void Render_TheStory_HoldsTheLayerAgainstPixels()
    {
        const string Said = "Of the 10 images nearest to one on the map, 98.3 % have its class in layer4, and 25.0 % by their pixels alone.";
        Assert.Contains(Said, Story(ReportSamples.Run()), StringComparison.Ordinal);
        ReportRun run = ReportSamples.Run();
        EvaluationRecord[] newer = [.. run.Evaluations.Select(record => record with { Weights = "others" })];
        Assert.DoesNotContain("by their pixels", Story(run with { Evaluations = newer }), StringComparison.Ordinal);

        static string Story(ReportRun run) => XDocument.Parse(HtmlReport.Render(ReportModel.Of([run with { Map = MapSamples.Map() }])))
            .Descendants("header").Single().Value.Replace('\u202F', ' ').Replace('\u00A0', ' ');
    }

    [Fact]
    public void Render_AMapOfOtherWeights_SaysSoAndNamesTheCommand()
    {
        ReportRun run = ReportSamples.Run() with { Map = MapSamples.Map() };
        EvaluationRecord[] newer = [.. run.Evaluations.Select(record => record with { Weights = $"weights of {record.Stage}, trained on" })];
        string text = XDocument.Parse(HtmlReport.Render(ReportModel.Of([run with { Evaluations = newer }]))).Root!.Value;
        Assert.Contains("untrained and before changed since it was drawn", text, StringComparison.Ordinal);
        Assert.Contains("lethe report runs/1 --map-images 2000", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_WithoutAMap_NamesTheCommandUnlessNoneIsAskedFor()
    {
        ReportModel model = ReportModel.Of([ReportSamples.Run()]);
        Assert.Contains("lethe report runs/1 --map-images 2000", HtmlReport.Render(model), StringComparison.Ordinal);
        Assert.DoesNotContain("--map-images", HtmlReport.Render(model with { ShowsMap = false }), StringComparison.Ordinal);
    }

    private static string Render(ImageMap map, ScoredImages? scores = null) =>
        HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { Map = map, Scores = scores }]));

    private static ScoredImages Scores() => new(
        "weights of Before", [5, 6, 7], ["images/05.png", "images/06.png", "images/07.png"],
        [new("stem", [0, 0, 0], null), new("layer4", [-0.1f, 0.1f, 0.3f], 0.05)])
    {
        Against = "runs/2", Shown = [0, 1, 2], Views = 2, Thumbnails = MapSamples.Map(9).Thumbnails,
    };

    private static JsonElement Data(XDocument page) => JsonDocument.Parse(
        page.Descendants("script").Single(script => (string?)script.Attribute("id") == "map-data").Value).RootElement;
}
