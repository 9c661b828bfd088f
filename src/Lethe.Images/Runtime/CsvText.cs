using System.Text.RegularExpressions;

namespace Lethe.Runtime;

/// <summary>
/// A field of a table that may be opened as a spreadsheet. A spreadsheet computes what begins with =, +, −, @, a tab or a carriage return:
/// the name of a file or a class from strangers would be a program there. Such a field begins with an apostrophe, which spreadsheets take
/// for "this is text"; numbers stay as they are. So does one that begins with apostrophes before such a character, so that whoever reads
/// takes one apostrophe away and has the text as it was.
/// </summary>
internal static partial class CsvText
{
    /// <summary>The field's text, with the apostrophe where it needs one.</summary>
    public static string Safe(string text) =>
        (text.Length > 0 && IsFormula(text[0]) && !Figures().IsMatch(text)) || IsMarked(text) ? "'" + text : text;

    /// <summary>The text of a field that was read, without the apostrophe that spreadsheets do not show.</summary>
    public static string Plain(string field) => IsMarked(field) ? field[1..] : field;

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

    private static bool IsMarked(string text) =>
        text.AsSpan().IndexOfAnyExcept('\'') is > 0 and var first && IsFormula(text[first]);

    private static bool IsFormula(char first) => first is '=' or '+' or '-' or '@' or '\t' or '\r';

    // Numbers, and intervals of them, as a table of results has them.
    [GeneratedRegex(@"^[-+][0-9][0-9.,eE%±\[\] +\-]*$")]
    private static partial Regex Figures();
}
