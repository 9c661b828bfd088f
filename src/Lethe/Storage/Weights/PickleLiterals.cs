using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Lethe.Storage.Weights;

/// <summary>Reads the numbers and texts of a pickle.</summary>
/// <param name="budget">What reading may cost.</param>
/// <param name="cursor">Stands in the pickle.</param>
internal sealed class PickleLiterals(ReadBudget budget, ByteCursor cursor)
{
    private const int LongestText = 1 << 16;
    private const int LongestInteger = 256;

    /// <summary>What stands for bytes and texts that are passed over, since no name is that long.</summary>
    public static readonly PickleObject PassedOver = new("bytes", null);

    /// <summary>Reads what follows an opcode of a number.</summary>
    /// <param name="code">The opcode.</param>
    /// <returns>long, BigInteger, double or bool; null where the opcode is another.</returns>
    public object? Number(byte code)
    {
        switch ((char)code)
        {
            case 'J':
                return (long)cursor.ReadInt32();
            case 'K':
                return (long)cursor.Next();
            case 'M':
                return (long)cursor.ReadUInt16();
            case 'G':
                Span<byte> bytes = stackalloc byte[sizeof(double)];
                cursor.Read(bytes);
                return BinaryPrimitives.ReadDoubleBigEndian(bytes);
            case 'I':
                string text = Line();
                return text is "00" or "01" ? text == "01" : Parsed(text);
            case 'L':
                return Parsed(Line().TrimEnd('L'));
            case 'F':
                return double.TryParse(Line(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN;
            case '\x8a': // LONG1
                return Integer(cursor.Next());
            case '\x8b': // LONG4
                return Integer(cursor.ReadInt32());
            case '\x88':
                return true;
            case '\x89':
                return false;
            default:
                return null;
        }
    }

    /// <summary>Reads what follows an opcode of a text or of bytes.</summary>
    /// <param name="code">The opcode.</param>
    /// <returns>A string, or <see cref="PassedOver"/>; null where the opcode is another.</returns>
    public object? Text(byte code)
    {
        switch ((char)code)
        {
            case 'S': // STRING, in quotes
                string quoted = Line();
                return quoted.Length >= 2 ? quoted[1..^1] : quoted;
            case 'V':
                return Line();
            case 'U': // SHORT_BINSTRING
            case '\x8c': // SHORT_BINUNICODE
                return Text((long)cursor.Next());
            case 'T': // BINSTRING
            case 'X': // BINUNICODE
                return Text(cursor.ReadInt32());
            case '\x8d': // BINUNICODE8
                return Text(cursor.ReadInt64());
            case 'C': // SHORT_BINBYTES
                return PassOver(cursor.Next());
            case 'B': // BINBYTES
                return PassOver((uint)cursor.ReadInt32());
            case '\x8e': // BINBYTES8
            case '\x96': // BYTEARRAY8
                return PassOver(cursor.ReadInt64());
            case '\x97': // NEXT_BUFFER
                return PassedOver;
            default:
                return null;
        }
    }

    /// <summary>A line of text, as the oldest protocol has it.</summary>
    /// <exception cref="PickleException">It is too long.</exception>
    public string Line()
    {
        var text = new StringBuilder();
        for (byte c = cursor.Next(); c != (byte)'\n'; c = cursor.Next())
        {
            if (text.Length == LongestText)
                throw new PickleException($"has a line of more than {LongestText} characters");
            text.Append((char)c);
        }

        budget.Describe(128 + (4 * text.Length));
        return text.ToString();
    }

    /// <summary>A line with the number of an object.</summary>
    /// <exception cref="PickleException">It is no number.</exception>
    public long Place() => Parsed(Line()) is long place ? place : throw new PickleException("numbers an object beyond all numbers");

    private object Text(long bytes) => bytes > LongestText ? PassOver(bytes) : cursor.ReadText((int)bytes, Encoding.UTF8);

    private PickleObject PassOver(long bytes)
    {
        cursor.Skip(bytes);
        return PassedOver;
    }

    private object Integer(int bytes)
    {
        if (bytes is < 0 or > LongestInteger)
            throw new PickleException($"has an integer of {bytes} bytes");
        byte[] digits = new byte[bytes];
        cursor.Read(digits);
        return Narrow(new BigInteger(digits));
    }

    private static object Parsed(string text) =>
        text.Length <= LongestInteger
            && BigInteger.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out BigInteger number)
            ? Narrow(number)
            : throw new PickleException("has an integer that is none");

    private static object Narrow(BigInteger number) =>
        number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
}
