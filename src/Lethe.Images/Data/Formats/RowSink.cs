using System.Runtime.InteropServices;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>Takes the rows of an image one after the other, and keeps the image, reduced where its short side is too long.</summary>
internal sealed class RowSink
{
    private readonly Image image; // as it comes, without pixels
    private readonly Reduction? reduction;
    private readonly byte[] pixels;
    private readonly byte[] line;
    private int next;

    /// <summary>Makes room.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="samples">What is kept of the numbers.</param>
    /// <param name="shortSide">The longest short side.</param>
    /// <param name="maxPixels">The most pixels to make room for.</param>
    /// <exception cref="DataException">The image is too large even so, or has too many channels.</exception>
    public RowSink(int height, int width, int channels, SampleType samples, int shortSide, long maxPixels)
    {
        if (channels is < 1 or > Image.MostChannels)
            throw new DataException($"{channels} channels; 1 to {Image.MostChannels} are read. Save those that matter");
        (int targetHeight, int targetWidth) = Reduction.TargetSize(height, width, shortSide);
        LargeImage.Require(targetHeight, targetWidth, height, width, maxPixels);
        LargeImage.Require(1, width, height, width, maxPixels); // a row is whole in memory
        image = new Image(default, height, width, channels) { Samples = samples };
        line = new byte[width * image.PixelBytes];
        bool reduces = (targetHeight, targetWidth) != (height, width);
        reduction = reduces ? new Reduction(image, targetHeight, targetWidth) : null;
        pixels = reduces ? [] : new byte[checked(height * line.Length)];
    }

    /// <summary>The image.</summary>
    public Image Result => reduction?.Result ?? image with { Pixels = pixels };

    /// <summary>Takes the next row.</summary>
    /// <param name="row">Its numbers in the range of the samples, interleaved; levels are rounded.</param>
    public void Add(ReadOnlySpan<float> row)
    {
        Span<byte> to = reduction is null ? pixels.AsSpan(next * line.Length, line.Length) : line;
        switch (image.Samples)
        {
            case SampleType.UInt8:
                for (int i = 0; i < to.Length; i++)
                    to[i] = (byte)(row[i] + 0.5f);
                break;
            case SampleType.UInt16:
                Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(to);
                for (int i = 0; i < words.Length; i++)
                    words[i] = (ushort)(row[i] + 0.5f);
                break;
            default:
                Span<float> numbers = MemoryMarshal.Cast<byte, float>(to);
                for (int i = 0; i < numbers.Length; i++)
                    numbers[i] = float.IsFinite(row[i]) ? row[i] : 0;
                break;
        }

        reduction?.Add(to);
        next++;
    }
}
