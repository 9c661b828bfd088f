using System.Text;

namespace Lethe.Storage.Weights;

/// <summary>What a file is that holds no weights Lethe reads, told by its first bytes, and what to do.</summary>
internal static class OtherFile
{
    private const string Reads = "Give a safetensors, PyTorch (.pth, .pt, .ckpt, .bin) or ONNX file";

    private static readonly (byte[] Start, string What)[] kinds =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "an image (PNG), no file of weights. " + Reads),
        ([0xff, 0xd8, 0xff], "an image (JPEG), no file of weights. " + Reads),
        ([.. "GIF8"u8], "an image (GIF), no file of weights. " + Reads),
        ([.. "BM"u8], "an image (BMP), no file of weights. " + Reads),
        ([.. "RIFF"u8], "an image, a sound or a video, no file of weights. " + Reads),
        ([.. "II*\0"u8], "an image (TIFF), no file of weights. " + Reads),
        ([.. "MM\0*"u8], "an image (TIFF), no file of weights. " + Reads),
        ([.. "%PDF"u8], "a PDF document, no file of weights. " + Reads),
        ([.. "GGUF"u8], "a GGUF file, which holds a language model and no ResNet. " + Reads),
        ([.. "GGML"u8], "a GGML file, which holds a language model and no ResNet. " + Reads),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'],
            "an HDF5 file, as Keras writes. Keras' layers are not those of a PyTorch ResNet: export it to ONNX (tf2onnx) and give that"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'],
            "one NumPy array, without the names of a network. " + Reads + "; features go to 'lethe diagnose --features'"),
        ([0x1f, 0x8b], "compressed (gzip). Unpack it (gunzip, or tar -xzf) and give the file inside"),
        ([.. "BZh"u8], "compressed (bzip2). Unpack it and give the file inside"),
        ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "compressed (xz). Unpack it and give the file inside"),
        ([0x28, 0xb5, 0x2f, 0xfd], "compressed (zstd). Unpack it and give the file inside"),
        ([(byte)'7', (byte)'z', 0xbc, 0xaf], "a 7z archive. Unpack it and give the file inside"),
        ([.. "Rar!"u8], "a RAR archive. Unpack it and give the file inside"),
        ([0x7f, (byte)'E', (byte)'L', (byte)'F'], "a program, no file of weights. " + Reads),
        ([.. "MZ"u8], "a program, no file of weights. " + Reads),
    ];

    /// <summary>Whether the first bytes are those of a known kind.</summary>
    /// <param name="head">The first bytes.</param>
    public static bool IsKnown(ReadOnlySpan<byte> head) => Binary(head) is not null || Text(head) is not null;

    /// <summary>What a file is and what to do.</summary>
    /// <param name="path">The file.</param>
    /// <param name="head">Its first bytes.</param>
    /// <param name="length">All its bytes.</param>
    /// <returns>A sentence or two.</returns>
    public static string Sentence(string path, ReadOnlySpan<byte> head, long length)
    {
        if (length == 0)
            return $"{path} is empty. The download or copy failed: fetch it again.";
        if (Text(head) is { } text)
            return $"{path} is {text}.";
        if (Binary(head) is { } kind)
            return $"{path} is {kind}.";
        if (head is [0x80, >= 1 and <= 5, ..])
            return $"{path} is a pickle that torch.save did not write, as Detectron2's are. Open it in Python and save its weights as "
                + "tensors "
                + "with torch.save, under torchvision's names.";
        if (head.IndexOfAnyExcept((byte)0) < 0)
            return $"{path} begins with zeros alone: a download or copy that was not finished. Fetch it again.";
        return $"{path} is of no format that Lethe reads (it begins with the bytes "
            + $"{Convert.ToHexStringLower(head[..Math.Min(8, head.Length)])}). "
            + Reads + ".";
    }

    private static string? Binary(ReadOnlySpan<byte> head)
    {
        foreach ((byte[] start, string what) in kinds)
        {
            if (head.StartsWith(start))
                return what;
        }

        if (head.Length > 8 && head[4..].StartsWith("TFL3"u8))
            return "a TensorFlow Lite model. Export the model that it was made of to ONNX (tf2onnx) and give that";
        if (head is [0x08, 0x01, 0x12, ..] || head is [0x0a, _, 0x0a, ..] or [0x0a, _, _, 0x0a, ..])
            return "a TensorFlow model (SavedModel or frozen graph). Export it to ONNX (tf2onnx) and give that";
        return null;
    }

    private static string? Text(ReadOnlySpan<byte> head)
    {
        if (head.Length == 0 || head.IndexOfAnyInRange<byte>(0, 8) >= 0)
            return null;
        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        bool Starts(string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);
        if (Starts("version https://git-lfs.github.com/spec"))
            return "a Git LFS pointer: the name of the weights and not the weights. Run 'git lfs pull' in its folder, or download the "
                + "file from "
                + "its page";
        if (Starts("<!doctype html") || Starts("<html") || (Starts("<") && text.Contains("<html", StringComparison.OrdinalIgnoreCase)))
            return "a web page and not the file it was to be. Use the address of the file itself (on Hugging Face the one with /resolve/ "
                + "in place "
                + "of /blob/), and look at the page in a browser: it may ask to sign in";
        if (Starts("<?xml") || Starts("<error"))
            return "an XML text, as servers answer when a download is refused. Check the address, and download it again";
        if (Starts("{") || Starts("["))
            return "JSON, which describes weights at most. Give the file of weights beside it, or the folder of both";
        return head.IndexOfAnyInRange<byte>(0x0e, 0x1f) < 0 && !text.Contains('\uFFFD', StringComparison.Ordinal)
            ? "a text, no file of weights. " + Reads
            : null;
    }
}
