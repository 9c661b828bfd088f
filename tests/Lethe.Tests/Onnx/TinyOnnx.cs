using System.Text;

namespace Lethe.Tests.Onnx;

/// <summary>
/// Small ONNX files, written by hand so that they depend on no exporter: an encoder whose output layer1 is the pixels that it was given, and
/// whose embedding is their mean of each channel and its negative.
/// </summary>
internal static class TinyOnnx
{
    private const int Float = 1, Byte = 2;

    public static string Description(int channels, int size, string more = "") =>
        $$"""{"backbone":"resnet18","width":16,"stem":"small","channels":{{channels}},"imageSize":{{size}},"mean":[0.5],"std":[0.25],"layer":"layer4","method":"simclr","epoch":12.5,"stage":"umm","fingerprint":"abc","licence":"CC0","classes":[]{{more}}}""";

    /// <summary>Writes a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="bytes">Whether the input is bytes.</param>
    /// <param name="description">What it says of itself; null for nothing.</param>
    /// <param name="embedding">The name of the output of means.</param>
    public static void Write(
        string path, int channels, int size, bool bytes = false, string? description = "", string embedding = "embedding")
    {
        string map = "images";
        var nodes = new List<byte[]>();
        if (bytes)
        {
            nodes.Add(Node("Cast", ["images"], "numbers", Attribute("to", Float)));
            nodes.Add(Node("Transpose", ["numbers"], "turned", Attribute("perm", 0, 3, 1, 2)));
            map = "turned";
        }

        nodes.Add(Node("Flatten", [map], "layer1"));
        nodes.Add(Node("GlobalAveragePool", [map], "pooled"));
        nodes.Add(Node("Flatten", ["pooled"], "means"));
        nodes.Add(Node("Neg", ["means"], "negative"));
        nodes.Add(Node("Concat", ["means", "negative"], embedding, Attribute("axis", 1)));
        byte[] input = bytes ? Value("images", Byte, size, size, channels) : Value("images", Float, channels, size, size);
        byte[] graph =
        [
            .. nodes.SelectMany(node => Field(1, node)), .. Field(2, "tiny"), .. Field(11, input),
            .. Field(12, Value("layer1", Float, channels * size * size)), .. Field(12, Value(embedding, Float, 2 * channels)),
        ];
        byte[] metadata = description is null
            ? []
            : Field(14, [.. Field(1, "lethe.encoder"), .. Field(2, description.Length > 0 ? description : Description(channels, size))]);
        File.WriteAllBytes(
            path, [.. Number(1, 8), .. Field(2, "test"), .. Field(7, graph), .. Field(8, [.. Field(1, ""), .. Number(2, 13)]), .. metadata]);
    }

    private static byte[] Node(string kind, string[] inputs, string output, byte[]? attribute = null) =>
    [
        .. inputs.SelectMany(name => Field(1, name)), .. Field(2, output), .. Field(3, output), .. Field(4, kind),
        .. attribute is null ? [] : Field(5, attribute),
    ];

    private static byte[] Attribute(string name, int value) => [.. Field(1, name), .. Number(3, value), .. Number(20, 2)];

    private static byte[] Attribute(string name, params int[] values) =>
        [.. Field(1, name), .. values.SelectMany(value => Number(8, value)), .. Number(20, 7)];

    // [N, …]
    private static byte[] Value(string name, int type, params int[] shape)
    {
        byte[] dimensions =
            [.. Field(1, Field(2, "N")), .. shape.SelectMany(length => Field(1, Number(1, length)))];
        return [.. Field(1, name), .. Field(2, Field(1, [.. Number(1, type), .. Field(2, dimensions)]))];
    }

    private static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Field(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] contents) =>
        [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)contents.Length), .. contents];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
