using System.Runtime.InteropServices;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Brings images to other channels and to other samples, and those of a set to the same.</summary>
internal static class ImageConversion
{
    /// <summary>Converts between grey and colour; colour becomes grey by the luma of ITU-R BT.601.</summary>
    /// <exception cref="DataException">The image has other channels than 1 or 3, and not those asked for.</exception>
    public static Image ToChannels(Image image, int channels)
    {
        if (image.Channels == channels)
            return image;
        if ((image.Channels, channels) is not ((1, 3) or (3, 1)))
            throw new DataException(
                $"{Counted(image.Channels)} where {channels} are expected; only grey and colour become each other");
        if (channels == 3)
            return Replicated(image);
        byte[] to = new byte[image.Height * image.Width * image.Samples.Size()];
        switch (image.Samples)
        {
            case SampleType.UInt8:
                ReadOnlySpan<byte> from = image.Pixels.Span;
                for (int i = 0; i < to.Length; i++)
                    to[i] = (byte)((299 * from[3 * i] + 587 * from[3 * i + 1] + 114 * from[3 * i + 2] + 500) / 1000);
                break;
            case SampleType.UInt16:
                ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(image.Pixels.Span);
                Span<ushort> grey = MemoryMarshal.Cast<byte, ushort>(to.AsSpan());
                for (int i = 0; i < grey.Length; i++)
                    grey[i] = (ushort)((299 * words[3 * i] + 587 * words[3 * i + 1] + 114 * words[3 * i + 2] + 500) / 1000);
                break;
            default:
                ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(image.Pixels.Span);
                Span<float> luma = MemoryMarshal.Cast<byte, float>(to.AsSpan());
                for (int i = 0; i < luma.Length; i++)
                    luma[i] = 0.299f * numbers[3 * i] + 0.587f * numbers[3 * i + 1] + 0.114f * numbers[3 * i + 2];
                break;
        }

        return image with { Pixels = to, Channels = channels };
    }

    /// <summary>Bytes as 16 bits: 255 becomes 65535.</summary>
    /// <exception cref="DataException">It is another change than that.</exception>
    public static Image ToSamples(Image image, SampleType samples)
    {
        if (image.Samples == samples)
            return image;
        if ((image.Samples, samples) is not (SampleType.UInt8, SampleType.UInt16))
            throw new DataException($"{image.Samples.Name()} samples where {samples.Name()} ones are expected");
        ReadOnlySpan<byte> from = image.Pixels.Span;
        byte[] to = new byte[2 * from.Length];
        for (int i = 0; i < from.Length; i++)
            to[2 * i] = to[2 * i + 1] = from[i]; // 257 times as much
        return image with { Pixels = to, Samples = samples };
    }

    /// <summary>Undoes <see cref="ToSamples"/>.</summary>
    public static Image Narrow(Image image, SampleType samples)
    {
        if (image.Samples == samples)
            return image;
        ReadOnlySpan<byte> from = image.Pixels.Span;
        byte[] to = new byte[from.Length / 2];
        for (int i = 0; i < to.Length; i++)
            to[i] = from[2 * i];
        return image with { Pixels = to, Samples = samples };
    }

    /// <summary>A number of channels in words.</summary>
    public static string Counted(int channels) => channels switch
    {
        1 => "1 channel (grey)", 3 => "3 channels (colour)", _ => $"{channels} channels",
    };

    private static Image Replicated(Image image)
    {
        int size = image.Samples.Size();
        ReadOnlySpan<byte> from = image.Pixels.Span;
        byte[] to = new byte[3 * from.Length];
        if (size == 1)
        {
            for (int i = 0; i < from.Length; i++)
                to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
        }
        else
        {
            for (int i = 0; i < to.Length; i += size)
                from.Slice(i / (3 * size) * size, size).CopyTo(to.AsSpan(i));
        }

        return image with { Pixels = to, Channels = 3 };
    }
}
