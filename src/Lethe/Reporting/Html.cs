using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using System.Xml;

namespace Lethe.Reporting;

/// <summary>
/// A piece of a page, written as it will stand there, with values in braces. Text is escaped by construction, other pieces stay as they
/// are, and numbers are coordinates. A page is HTML and well-formed XML at once: elements end, and attributes are quoted.
/// </summary>
[InterpolatedStringHandler]
internal sealed class Html(int literalLength, int formattedCount)
{
    private readonly StringBuilder markup = new(literalLength + (16 * formattedCount));

    /// <summary>A piece for each of some things.</summary>
    public static Html Each<T>(IEnumerable<T> things, Func<T, Html> piece) => $"{things.Select(piece)}";

    /// <summary>A piece, or nothing.</summary>
    public static Html? If(bool condition, Html piece) => condition ? piece : null;

    /// <summary>A sentence in place of what there is not, with the command that makes it.</summary>
    public static Html Missing(string text, string command) => $"<p class='missing'>{text} Run <code>{command}</code>.</p>";

    /// <summary>A table of plain text whose first column names the rows; without a header where columns have no names.</summary>
    public static Html Table(string caption, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows) => $"""

        <div class='scroll' tabindex='0' role='group' aria-label='{caption}'><table>
          <caption>{caption}</caption>
          {If(header.Count > 0, $"<thead><tr>{Each(header, cell => $"<th scope='col'>{cell}</th>")}</tr></thead>")}
          <tbody>{Each(rows, row => $"""

            <tr><th scope='row'>{row[0]}</th>{Each(row.Skip(1), cell => $"<td>{cell}</td>")}</tr>
            """)}
          </tbody>
        </table></div>
        """;

    /// <summary>Markup that is ready as it is; never a text that came from outside.</summary>
    public static Html Raw(string markup)
    {
        var piece = new Html(markup.Length, 0);
        piece.AppendLiteral(markup);
        return piece;
    }

    /// <summary>What holds no value of a run, from a file beside this one.</summary>
    public static Html Resource(string name)
    {
        using Stream file = typeof(Html).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(file);
        return Raw(reader.ReadToEnd());
    }

    /// <summary>A coordinate: a hundredth of a pixel is finer than any screen.</summary>
    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    public void AppendLiteral(string literal) => markup.Append(literal);

    public void AppendFormatted(string? text) => markup.Append(SecurityElement.Escape(Writable(text ?? "")));

    public void AppendFormatted(double number) => markup.Append(Number(number));

    public void AppendFormatted(Html? piece) => markup.Append(piece?.markup);

    public void AppendFormatted(IEnumerable<Html?> pieces) => markup.AppendJoin("", pieces);

    public override string ToString() => markup.ToString();

    // A character that neither HTML nor XML can hold, as a file's name may, becomes a replacement character.
    private static string Writable(string text)
    {
        try
        {
            return XmlConvert.VerifyXmlChars(text);
        }
        catch (XmlException)
        {
            return string.Concat(
                text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));
        }
    }
}
