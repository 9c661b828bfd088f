using System.Text;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// What goes between a process that asks for an image and one that decodes it: a path, a short side, channels, and a limit; an answer with
/// the image, or with why there is none. Lengths come before what they are the length of.
/// </summary>
internal static class DecoderPipe
{
    private const byte Decoded = 1, Header = 2, Refused = 3;
    private const int LongestReason = 1 << 16, Largest = 1 << 24;

    /// <summary>What is asked for.</summary>
    /// <param name="Path">The file, as a full path.</param>
    /// <param name="ShortSide">The longest short side, or 0 for the header alone.</param>
    /// <param name="Channels">As <see cref="ImageDecoder"/> takes it.</param>
    /// <param name="MaxMegapixels">As <see cref="ImageDecoder"/> takes it.</param>
    public readonly record struct Question(string Path, int ShortSide, int Channels, int MaxMegapixels);

    public static void Ask(Stream to, Question question)
    {
        using var writer = new BinaryWriter(to, Encoding.UTF8, leaveOpen: true);
        byte[] path = Encoding.Unicode.GetBytes(question.Path);
        writer.Write(path.Length);
        writer.Write(path);
        writer.Write(question.ShortSide);
        writer.Write(question.Channels);
        writer.Write(question.MaxMegapixels);
        writer.Flush();
    }

    /// <returns>The next question; null where the other process has ended.</returns>
    public static Question? Next(Stream from)
    {
        try
        {
            using var reader = new BinaryReader(from, Encoding.UTF8, leaveOpen: true);
            return new Question(
                Encoding.Unicode.GetString(reader.ReadBytes(reader.ReadInt32())), reader.ReadInt32(), reader.ReadInt32(),
                reader.ReadInt32());
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    public static void Answer(Stream to, DecodedFile file)
    {
        using var writer = new BinaryWriter(to, Encoding.UTF8, leaveOpen: true);
        writer.Write(Decoded);
        foreach (int number in (ReadOnlySpan<int>)
            [
                file.Image.Height, file.Image.Width, file.Image.Channels, (int)file.Image.Samples, file.Stored.Height, file.Stored.Width,
                file.MorePages,
            ])
        {
            writer.Write(number);
        }

        writer.Write(file.Image.Pixels.Span);
        writer.Flush();
    }

    public static void Answer(Stream to, ImageHeader header)
    {
        using var writer = new BinaryWriter(to, Encoding.UTF8, leaveOpen: true);
        writer.Write(Header);
        writer.Write(header.Height);
        writer.Write(header.Width);
        writer.Write(header.PixelBytes);
        writer.Flush();
    }

    public static void Refuse(Stream to, string reason)
    {
        using var writer = new BinaryWriter(to, Encoding.UTF8, leaveOpen: true);
        byte[] text = Encoding.Unicode.GetBytes(reason[..Math.Min(reason.Length, LongestReason / 2)]);
        writer.Write(Refused);
        writer.Write(text.Length);
        writer.Write(text);
        writer.Flush();
    }

    /// <summary>The image that was asked for. Nothing that the other process says is believed: it may do what its file tells it.</summary>
    /// <exception cref="DataException">It was refused.</exception>
    /// <exception cref="InvalidDataException">The answer is none.</exception>
    /// <exception cref="EndOfStreamException">The other process has ended.</exception>
    public static DecodedFile Image(Stream from, Question question)
    {
        using BinaryReader reader = Begin(from, Decoded);
        int height = Number(reader, Largest), width = Number(reader, Largest), channels = Number(reader, Data.Image.MostChannels);
        int samples = reader.ReadInt32();
        (int, int) stored = (Number(reader, int.MaxValue), Number(reader, int.MaxValue));
        int more = reader.ReadInt32();
        if (!Enum.IsDefined((SampleType)samples) || (long)height * width > question.MaxMegapixels * 1_000_000L
            || (long)height * width * channels * ((SampleType)samples).Size() > Array.MaxLength || more < 0)
            throw new InvalidDataException();
        Memory<byte> pixels = PixelMemory.Allocate(height * width * channels * ((SampleType)samples).Size());
        reader.BaseStream.ReadExactly(pixels.Span);
        return new DecodedFile(new Image(pixels, height, width, channels) { Samples = (SampleType)samples }, stored, more);
    }

    /// <summary>The header that was asked for, as <see cref="Image"/>.</summary>
    public static ImageHeader HeaderOf(Stream from)
    {
        using BinaryReader reader = Begin(from, Header);
        return new ImageHeader(Number(reader, int.MaxValue), Number(reader, int.MaxValue), Number(reader, 4 * Data.Image.MostChannels));
    }

    private static BinaryReader Begin(Stream from, byte expected)
    {
        var reader = new BinaryReader(from, Encoding.UTF8, leaveOpen: true);
        byte kind = reader.ReadByte();
        if (kind == Refused)
        {
            int length = Number(reader, LongestReason);
            byte[] text = new byte[length];
            from.ReadExactly(text);
            throw new DataException(Encoding.Unicode.GetString(text));
        }

        return kind == expected ? reader : throw new InvalidDataException();
    }

    private static int Number(BinaryReader reader, int most) =>
        reader.ReadInt32() is var number && number >= 1 && number <= most ? number : throw new InvalidDataException();
}
