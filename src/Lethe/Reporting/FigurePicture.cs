using System.Globalization;
using System.Xml.Linq;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Reporting;

/// <summary>
/// A figure as a PNG. The report's charts are lines, polygons, circles and words, and these are drawn here; what renders any SVG at all
/// asks for another SkiaSharp than TorchSharp allows.
/// </summary>
internal static class FigurePicture
{
    // Some 290 dots an inch at the width of a column.
    private const float Scale = 3;

    /// <summary>Draws a figure.</summary>
    /// <param name="figure">The figure.</param>
    /// <exception cref="RunException">This machine has no font to write words with.</exception>
    public static byte[] Png(ReportFigure figure)
    {
        float[] box = [.. ((string)figure.Svg.Attribute("viewBox")!).Split(' ').Select(Parse)];
        using var surface = SKSurface.Create(new SKImageInfo((int)Math.Ceiling(Scale * box[2]), (int)Math.Ceiling(Scale * box[3])));
        surface.Canvas.Scale(Scale);
        surface.Canvas.Translate(-box[0], -box[1]);
        foreach (XElement element in figure.Svg.Descendants())
            Draw(surface.Canvas, element);
        using SKImage picture = surface.Snapshot();
        using SKData png = picture.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static void Draw(SKCanvas canvas, XElement element)
    {
        switch (element.Name.LocalName)
        {
            case "rect":
                var place = SKRect.Create(Number(element, "x"), Number(element, "y"), Number(element, "width"), Number(element, "height"));
                Painted(element, paint => canvas.DrawRect(place, paint));
                break;
            case "line":
                Painted(element, paint => canvas.DrawLine(
                    Number(element, "x1"), Number(element, "y1"), Number(element, "x2"), Number(element, "y2"), paint));
                break;
            case "circle":
                Painted(element, paint => canvas.DrawCircle(Number(element, "cx"), Number(element, "cy"), Number(element, "r"), paint));
                break;
            case "polyline" or "polygon":
                using (SKPath path = PathOf(element))
                    Painted(element, paint => canvas.DrawPath(path, paint));
                break;
            case "text":
                Write(canvas, element);
                break;
        }
    }

    private static SKPath PathOf(XElement element)
    {
        var path = new SKPath();
        path.AddPoly(
        [
            .. ((string?)element.Attribute("points") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(point => point.Split(',')).Select(point => new SKPoint(Parse(point[0]), Parse(point[1]))),
        ], close: element.Name.LocalName == "polygon");
        return path;
    }

    // Filled first, then drawn around, as SVG has it; without a fill it is black, of lines nothing.
    private static void Painted(XElement element, Action<SKPaint> draw)
    {
        string fill = (string?)element.Attribute("fill") ?? (element.Name.LocalName == "line" ? "none" : "black");
        string stroke = (string?)element.Attribute("stroke") ?? "none";
        float opacity = element.Attribute("opacity") is null ? 1 : Number(element, "opacity");
        using var paint = new SKPaint { IsAntialias = true };
        if (fill != "none")
        {
            paint.Color = Colour(fill, opacity);
            draw(paint);
        }

        if (stroke == "none")
            return;
        (paint.Style, paint.Color) = (SKPaintStyle.Stroke, Colour(stroke, opacity));
        paint.StrokeWidth = element.Attribute("stroke-width") is null ? 1 : Number(element, "stroke-width");
        paint.StrokeJoin = (string?)element.Attribute("stroke-linejoin") == "round" ? SKStrokeJoin.Round : SKStrokeJoin.Miter;
        paint.StrokeCap = (string?)element.Attribute("stroke-linecap") == "round" ? SKStrokeCap.Round : SKStrokeCap.Butt;
        if ((string?)element.Attribute("stroke-dasharray") is { } dashes)
            paint.PathEffect = SKPathEffect.CreateDash([.. dashes.Split(' ').Select(Parse)], 0);
        draw(paint);
    }

    private static void Write(SKCanvas canvas, XElement element)
    {
        int weight = (int)(element.Attribute("font-weight") is null ? 400 : Number(element, "font-weight"));
        using SKTypeface typeface = Typeface(new SKFontStyle(weight, (int)SKFontStyleWidth.Normal, SKFontStyleSlant.Upright));
        float size = element.Attribute("font-size") is null ? 12 : Number(element, "font-size");
        using var font = new SKFont(typeface, size) { Subpixel = true };
        using var paint = new SKPaint { IsAntialias = true, Color = Colour((string?)element.Attribute("fill") ?? "black", 1) };
        SKTextAlign align = (string?)element.Attribute("text-anchor") switch
        {
            "end" => SKTextAlign.Right,
            "middle" => SKTextAlign.Center,
            _ => SKTextAlign.Left,
        };
        canvas.DrawText(element.Value, Number(element, "x"), Number(element, "y"), align, font, paint);
    }

    private static SKTypeface Typeface(SKFontStyle style)
    {
        SKFontManager fonts = SKFontManager.Default;
        if (fonts.FontFamilyCount == 0)
        {
            throw new RunException(
                "This machine has no font to write a picture's words with. Install one, as Debian's package fonts-dejavu-core, or use "
                + "--svg.");
        }

        string[] there = [.. fonts.FontFamilies];
        string family = FigureStyle.Families.FirstOrDefault(there.Contains) ?? there[0];
        return fonts.MatchFamily(family, style);
    }

    private static SKColor Colour(string colour, float opacity) =>
        (colour == "black" ? SKColors.Black : SKColor.Parse(colour)).WithAlpha((byte)Math.Round(255 * opacity));

    private static float Number(XElement element, string name) => Parse((string?)element.Attribute(name) ?? "0");

    private static float Parse(string text) => float.Parse(text, CultureInfo.InvariantCulture);
}
