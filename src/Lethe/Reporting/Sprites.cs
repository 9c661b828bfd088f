using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>Small pictures as pieces of sheets that lie in the page's style, each sheet once.</summary>
internal static class Sprites
{
    /// <summary>The sheets of the map.</summary>
    public const string Map = "s";

    // Braces of CSS, where those of C# stand for values.
    private static readonly Html opened = Raw("{"), closed = Raw("}");

    /// <summary>The style that holds the sheets.</summary>
    /// <param name="name">What their class begins with, as the small pictures on them say it.</param>
    /// <param name="thumbnails">The sheets.</param>
    public static Html Sheets(string name, MapThumbnails thumbnails) => $"""

        <style>{Each(thumbnails.Sheets.Index(), sheet => $"""
            .{name}{sheet.Index} {opened} background-size: {100 * thumbnails.PerRow}% auto;
            background-image: url(data:image/webp;base64,{Raw(Convert.ToBase64String(sheet.Item))}); {closed}

            """)}</style>
        """;

    /// <summary>One picture.</summary>
    /// <param name="name">Of its sheets.</param>
    /// <param name="thumbnails">The sheets.</param>
    /// <param name="place">Its place on them.</param>
    /// <param name="text">What it shows; null where words beside it say so.</param>
    public static Html Picture(string name, MapThumbnails thumbnails, int place, string? text)
    {
        (int sheet, int on) = (place / thumbnails.PerSheet, place % thumbnails.PerSheet);
        Html role = text is null ? (Html)$"aria-hidden='true'" : $"role='img' aria-label='{text}'";
        return $"<i class='thumb {name}{sheet}' {role} style='--x:{on % thumbnails.PerRow};--y:{on / thumbnails.PerRow}'></i>";
    }
}
