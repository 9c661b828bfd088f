using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>The header of a .npy file: a Python dictionary of three entries.</summary>
/// <param name="Type">The element type as written, as <c>&lt;f4</c>.</param>
/// <param name="Element">The element type without its byte order, as <c>f4</c>.</param>
/// <param name="BigEndian">Whether the most significant byte comes first.</param>
/// <param name="FortranOrder">Whether the first index runs fastest.</param>
/// <param name="Shape">The length of each dimension.</param>
internal sealed record NpyHeader(string Type, string Element, bool BigEndian, bool FortranOrder, long[] Shape)
{
    private static readonly string[] Elements = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"];

    // How plain numbers are had of what is none.
    private static readonly (string Kind, string Words, string Fix)[] refused =
    [
        ("c", "complex numbers", "numpy.abs(a).astype('float32')"),
        ("O", "Python objects", "numpy.stack([numpy.asarray(x) for x in a]).reshape(len(a), -1)"),
        ("M", "dates", "a.astype('int64')"),
        ("m", "spans of time", "a.astype('int64')"),
        ("f", "floating point numbers of an unusual width", "a.astype('float64')"),
        ("V", "bytes without a type", "a.view('uint8')"),
    ];

    /// <summary>Whether elements are text: <c>U</c>, in UTF-32, or <c>S</c>, in bytes.</summary>
    public bool IsText => Element[0] is 'U' or 'S';

    /// <summary>Bytes of an element.</summary>
    public int ElementSize => IsText ? Length(Element) * (Element[0] == 'U' ? 4 : 1) : Element[1] - '0';

    public static NpyHeader Parse(string text, string source)
    {
        var reader = new LiteralReader(text, source);
        string? type = null;
        bool? fortranOrder = null;
        long[]? shape = null;
        reader.Expect('{');
        while (!reader.Accept('}'))
        {
            string key = reader.String();
            reader.Expect(':');
            switch (key)
            {
                case "descr" when type is null:
                    type = reader.Type();
                    break;
                case "fortran_order" when fortranOrder is null:
                    fortranOrder = reader.Boolean();
                    break;
                case "shape" when shape is null:
                    shape = reader.Tuple();
                    break;
                default:
                    throw reader.Error("each of 'descr', 'fortran_order' and 'shape' once");
            }

            if (!reader.Accept(','))
            {
                reader.Expect('}');
                break;
            }
        }

        reader.End();
        if (type is null || fortranOrder is null || shape is null)
            throw reader.Error("'descr', 'fortran_order' and 'shape'");

        string element = type.Length > 0 && "<>|=".Contains(type[0]) ? type[1..] : type;
        if (!Elements.Contains(element) && (element is not ['U' or 'S', ..] || Length(element) < 0))
        {
            (string _, string words, string fix) = refused.FirstOrDefault(one => element.StartsWith(one.Kind, StringComparison.Ordinal));
            throw new DataException(
                $"Expected floating point, integer or boolean elements in {source}, found type '{type}'"
                + $"{(words is null ? "" : ": " + words)}. Save plain numbers: "
                + Fix(source, fix ?? "a.astype('float32')", objects: element.StartsWith('O')));
        }

        // '|', '=' and no sign at all stand for the byte order of this machine.
        bool bigEndian = type[0] == '>' || (type[0] != '<' && !BitConverter.IsLittleEndian);
        return new NpyHeader(type, element, bigEndian, fortranOrder.Value, shape);
    }

    /// <summary>A line of Python that turns an array of a file into another file.</summary>
    public static string Fix(string source, string expression, bool objects = false) =>
        $"import numpy; a = numpy.load('{source}'{(objects ? ", allow_pickle=True" : "")}); numpy.save('plain.npy', {expression})";

    private static int Length(string element) =>
        int.TryParse(element.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length < 1 << 20 ? length : -1;

    /// <summary>Reads the few Python literals of a header.</summary>
    private sealed class LiteralReader(string text, string source)
    {
        private int position;

        public DataException Error(string expected)
        {
            string shown = string.Concat(
                text.Trim().Take(100).Select(c => char.IsAsciiLetterOrDigit(c) || char.IsPunctuation(c) || c == ' ' ? c : '?'));
            return new DataException($"The header of {source} is not that of a .npy file: expected {expected} at position {position} of "
                + $"'{shown}'. It is damaged: save it again with numpy.save.");
        }

        public bool Accept(char symbol)
        {
            SkipSpace();
            if (position >= text.Length || text[position] != symbol)
                return false;
            position++;
            return true;
        }

        public void Expect(char symbol)
        {
            if (!Accept(symbol))
                throw Error($"'{symbol}'");
        }

        public void End()
        {
            SkipSpace();
            if (position < text.Length)
                throw Error("nothing more");
        }

        public string String()
        {
            // Python 2 writes u'…' where the name was Unicode, and some writers b'…'.
            if (!Accept('u'))
                Accept('b');
            char quote = Accept('\'') ? '\'' : Accept('"') ? '"' : throw Error("a quoted name");
            int end = text.IndexOf(quote, position);
            if (end < 0)
                throw Error("a closing quote");
            string value = text[position..end];
            position = end + 1;
            return value;
        }

        public string Type()
        {
            SkipSpace();
            if (position < text.Length && text[position] is '[' or '(')
                throw new DataException($"Expected an array of plain numbers in {source}, found a structured type. Save plain numbers: "
                    + Fix(source, "numpy.lib.recfunctions.structured_to_unstructured(a)").Replace(
                        "import numpy;", "import numpy, numpy.lib.recfunctions;", StringComparison.Ordinal));
            return String();
        }

        public bool Boolean()
        {
            SkipSpace();
            foreach (string word in (string[])["True", "False"])
            {
                if (string.CompareOrdinal(text, position, word, 0, word.Length) == 0)
                {
                    position += word.Length;
                    return word == "True";
                }
            }

            throw Error("True or False");
        }

        public long[] Tuple()
        {
            var lengths = new List<long>();
            Expect('(');
            while (!Accept(')'))
            {
                SkipSpace();
                int start = position;
                while (position < text.Length && char.IsAsciiDigit(text[position]))
                {
                    position++;
                }

                if (!long.TryParse(text.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
                    throw Error("a length that is not negative");
                lengths.Add(length);

                // A long integer of Python 2.
                if (!Accept('L'))
                    Accept('l');

                // (3) is a number in Python, not a tuple; only one length and no comma is the mistake.
                if (!Accept(','))
                {
                    Expect(')');
                    if (lengths.Count == 1)
                        throw Error("a comma after the only length");
                    break;
                }
            }

            return [.. lengths];
        }

        private void SkipSpace()
        {
            while (position < text.Length && (char.IsWhiteSpace(text[position]) || text[position] == '\0'))
            {
                position++;
            }
        }
    }
}
