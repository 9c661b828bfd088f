using System.Text.RegularExpressions;

namespace Lethe.Runtime;

/// <summary>
/// A field of a table that may be opened as a spreadsheet. A spreadsheet computes what begins with =, +, −, @, a tab or a carriage return:
/// the name of a file or a class from strangers would be a program there. Such a field begins with an apostrophe, which spreadsheets take
/// for "this is text"; numbers stay as they are.
/// </summary>
internal static partial class CsvText
{
    /// <summary>The field's text, with the apostrophe where it needs one.</summary>
    public static string Safe(string text) =>
        text.Length > 0 && text[0] is ('=' or '+' or '-' or '@' or '\t' or '\r') && !Figures().IsMatch(text) ? "'" + text : text;

    /// <summary>
    /// The field as it stands in a line: safe, and in quotation marks (RFC 4180) where it would break the line or the columns. Readers trim
    /// spaces and tabs at the ends of what is not quoted.
    /// </summary>
    public static string Field(string text)
    {
        text = Safe(text);
        return text.AsSpan().IndexOfAny(",\"\r\n\t") < 0 && text == text.Trim()
            ? text
            : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    // Numbers, and intervals of them, as a table of results has them.
    [GeneratedRegex(@"^[-+][0-9][0-9.,eE%±\[\] +\-]*$")]
    private static partial Regex Figures();
}
