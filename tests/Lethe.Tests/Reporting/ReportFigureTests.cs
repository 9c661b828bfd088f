using System.Globalization;
using System.Xml.Linq;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runtime;
using Lethe.Tests.Results;
using SkiaSharp;

namespace Lethe.Tests.Reporting;

/// <summary>Figures of the report as files that stand alone.</summary>
public class ReportFigureTests
{
    private static readonly XNamespace drawing = "http://www.w3.org/2000/svg";

    private static readonly Lazy<IReadOnlyList<ReportFigure>> figures = new(() => ReportFigure.Of(HtmlReport.Render(ReportModel.Of([ReportSamples.Run()]))));

    [Fact]
    public void Of_Page_HasEachFigureUnderANameOfItsOwn()
    {
        string[] names = [.. figures.Value.Select(figure => figure.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(names.Length, figures.Value.Select(figure => figure.Svg.Value).Distinct().Count());
        Assert.DoesNotContain("dr-of-layer4-2", names); // it stands on the page twice, in two sizes
        Assert.All(names, name => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", name));
        Assert.Contains("knn-accuracy", names);
        Assert.Contains("dr-of-layer4", names);
        Assert.Same(figures.Value[1], Assert.Single(ReportFigure.Choose(figures.Value, names[1])));
        Assert.Equal(names.Length, ReportFigure.Choose(figures.Value, ReportFigure.All).Count);
        string refused = Assert.Throws<InvalidOptionException>(() => ReportFigure.Choose(figures.Value, "knn-acuracy")).Message;
        Assert.Contains("Did you mean knn-accuracy?", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void ToSvg_EachFigure_NeedsNoStyleSheetAndSaysWhatItShows() => Assert.All(figures.Value, figure =>
    {
        XElement svg = XDocument.Parse(figure.ToSvg()).Root!;
        Assert.Equal(drawing + "svg", svg.Name);
        Assert.All(svg.DescendantsAndSelf(), element =>
        {
            Assert.Null(element.Attribute("class"));
            Assert.All(element.Attributes(), attribute => Assert.DoesNotContain("var(", attribute.Value, StringComparison.Ordinal));
        });
        Assert.Equal(figure.Title, svg.Element(drawing + "title")!.Value);
        Assert.NotEqual("", svg.Element(drawing + "desc")!.Value);
        Assert.All(svg.Descendants(drawing + "line"), line => Assert.StartsWith("#", (string?)line.Attribute("stroke"), StringComparison.Ordinal));
        Assert.All(svg.Descendants(drawing + "text"), text => Assert.NotNull(text.Attribute("fill")));
    });

    /// <summary>Colours are those of the page, the hue of a line that of its group, and dots have their legend with them.</summary>
    [Fact]
    public void ToSvg_Colours_AreThePages()
    {
        XElement lines = Named("dr-of-layer4");
        XElement solid = lines.Descendants(drawing + "polyline").First();
        Assert.Equal(("#d0500a", "none", "2"), ((string?)solid.Attribute("stroke"), (string?)solid.Attribute("fill"), (string?)solid.Attribute("stroke-width")));
        Assert.Contains(lines.Descendants(drawing + "polyline"), line => (string?)line.Attribute("stroke-dasharray") == "5 4");
        XElement dots = Named("knn-accuracy");
        Assert.Contains("#00855f", dots.Descendants(drawing + "circle").Select(dot => (string?)dot.Attribute("fill")));
        string[] words = [.. dots.Descendants(drawing + "text").Select(text => text.Value)];
        Assert.All(new[] { "untrained", "before", "control", "UMM" }, state => Assert.Contains(state, words));
        Assert.DoesNotContain("untrained", lines.Descendants(drawing + "text").Select(text => text.Value));
    }

    [Fact]
    public void Png_OfAFigure_HasItsSizeAndItsColoursWhereTheSvgHasThem()
    {
        ReportFigure figure = figures.Value.Single(one => one.Name == "knn-accuracy");
        using var picture = SKBitmap.Decode(FigurePicture.Png(figure));
        double[] box = [.. ((string)figure.Svg.Attribute("viewBox")!).Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        Assert.Equal((Math.Ceiling(3 * box[2]), Math.Ceiling(3 * box[3])), (picture.Width, picture.Height));
        Assert.Equal(SKColors.White, picture.GetPixel(1, 1));
        foreach (XElement dot in figure.Svg.Descendants(drawing + "circle"))
        {
            double At(string name, double from) => 3 * (double.Parse((string)dot.Attribute(name)!, CultureInfo.InvariantCulture) - from);
            Assert.Equal(SKColor.Parse((string)dot.Attribute("fill")!), picture.GetPixel((int)At("cx", box[0]), (int)At("cy", box[1])));
        }
    }

    [Fact]
    public void Png_Words_AreWritten()
    {
        // The same drawing without its words differs where they stand.
        ReportFigure figure = figures.Value.Single(one => one.Name == "dr-of-layer4");
        var bare = new XElement(figure.Svg);
        bare.Descendants(drawing + "text").Remove();
        using var with = SKBitmap.Decode(FigurePicture.Png(figure));
        using var without = SKBitmap.Decode(FigurePicture.Png(figure with { Svg = bare }));
        Assert.InRange(with.Pixels.Zip(without.Pixels).Count(pair => pair.First != pair.Second), 1000, 100_000);
    }

    private static XElement Named(string name) => figures.Value.Single(figure => figure.Name == name).Svg;
}
