using System.Globalization;
using Spectre.Console.Rendering;

namespace Lethe.Cli;

/// <summary>
/// Text as a terminal may be given it. Names of files, classes and runs may hold anything: what would steer the terminal, or turn the
/// direction of what follows, is shown as its number.
/// </summary>
internal sealed class PlainText : IRenderHook
{
    /// <summary>The text with such characters shown as <c>\u001b</c>; new lines and tabs stay.</summary>
    public static string Of(string text) => text.Any(Steers)
        ? string.Concat(text.Select(c => Steers(c) ? $"\\u{((int)c).ToString("x4", CultureInfo.InvariantCulture)}" : $"{c}"))
        : text;

    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(one => new Plain(one));

    // Control characters; marks and overrides of direction, of which no name needs one.
    private static bool Steers(char c) => (char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
        || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f' or '\u061c';

    private sealed class Plain(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner.Render(options, maxWidth).Select(one => one.IsControlCode || !one.Text.Any(Steers)
                ? one
                : new Segment(Of(one.Text), one.Style));
    }
}
