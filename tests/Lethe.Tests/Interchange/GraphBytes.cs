using System.Text;
using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Tests.Interchange;

/// <summary>Makes ONNX models byte by byte, with names that say nothing, also such as no exporter would write.</summary>
internal static class GraphBytes
{
    public static byte[] Of(BackboneOptions options, params (string Operation, float[] Constant)[] before) =>
        Build(options, before, null, null).Graph;

    public static byte[] Of(BackboneOptions options, string change) => Build(options, [], change, null).Graph;

    public static (byte[] Graph, byte[] Data) WithData(BackboneOptions options, string file) => Build(options, [], null, file);

    /// <summary>A model of nodes and initialisers.</summary>
    public static byte[] Model(IEnumerable<byte[]> nodes, IEnumerable<byte[]> initialisers) =>
    [
        .. Number(1, 8), .. Text(2, "tests"),
        .. Message(7, [
            .. nodes.SelectMany(node => Message(1, node)), .. initialisers.SelectMany(tensor => Message(5, tensor)),
            .. Message(11, [.. Text(1, "x")]), .. Message(12, [.. Text(1, "z")]),
        ]),
    ];

    public static byte[] Node(string operation, string[] inputs, string[] outputs, params (string Name, long[] Values)[] attributes) =>
    [
        .. inputs.SelectMany(name => Text(1, name)), .. outputs.SelectMany(name => Text(2, name)), .. Text(4, operation),
        .. attributes.SelectMany(attribute => Message(5, [
            .. Text(1, attribute.Name), .. attribute.Values.Length == 1 && attribute.Name == "group"
                ? Number(3, attribute.Values[0])
                : attribute.Values.SelectMany(value => Number(8, value)),
        ])),
    ];

    public static byte[] Initialiser(string name, long[] shape, byte[] values) =>
        [.. shape.SelectMany(size => Number(1, size)), .. Number(2, 1), .. Text(8, name), .. Message(9, values)];

    private static (byte[] Graph, byte[] Data) Build(
        BackboneOptions options, (string Operation, float[] Constant)[] before, string? change, string? file)
    {
        Dictionary<string, Tensor> weights = FormulaWeights.Of(options, coarse: true);
        var names = new Dictionary<string, string>();
        var tensors = new List<byte[]>();
        using var data = new MemoryStream();
        foreach ((string name, Tensor value) in weights)
        {
            names[name] = $"p{names.Count}";
            byte[] bytes = value.contiguous().bytes.ToArray();
            tensors.Add(file is null ? Initialiser(names[name], value.shape, bytes) :
            [
                .. value.shape.SelectMany(size => Number(1, size)), .. Number(2, 1), .. Text(8, names[name]), .. Number(14, 1),
                .. Entry("location", file), .. Entry("offset", $"{data.Position}"), .. Entry("length", $"{bytes.Length}"),
            ]);
            data.Write(bytes);
        }

        var nodes = new List<byte[]>();
        int count = 0;
        string Add(string operation, string[] inputs, params (string, long[])[] attributes)
        {
            string output = $"v{count++}";
            nodes.Add(Node(operation, inputs, [output], attributes));
            return output;
        }

        string Convolution(string name, string input, long stride)
        {
            long size = weights[name + ".weight"].shape[2], half = size / 2;
            bool Is(string what) => change == $"{what} of {name}";
            string output = Add(
                "Conv", [input, names[name + ".weight"]], ("strides", Is("strides") ? [1, 1] : [stride, stride]),
                ("pads", Is("pads") ? [0, 0, 0, 0] : [half, half, half, half]), ("group", [Is("group") ? 2 : 1]),
                ("dilations", Is("dilations") ? [2, 2] : [1, 1]));
            string norm = Lethe.Interchange.FoundBackbone.NormOf(name);
            return Add("BatchNormalization", [output, .. new[] { "weight", "bias", "running_mean", "running_var" }.Select(
                part => names[$"{norm}.{part}"])]);
        }

        string value0 = "x";
        foreach ((string operation, float[] constant) in before)
        {
            string name = $"c{count}";
            tensors.Add(Initialiser(name, [1, constant.Length, 1, 1], [.. constant.SelectMany(BitConverter.GetBytes)]));
            value0 = Add(operation, [value0, name]);
        }

        bool large = options.Stem == "large";
        string map = Convolution("conv1", value0, large ? 2 : 1);
        if (change != "no stem relu")
            map = Add("Relu", [map]);
        if (large || change == "pooled")
            map = Add("MaxPool", [map], ("kernel_shape", [3, 3]), ("strides", [2, 2]), ("pads", [1, 1, 1, 1]));
        (IReadOnlyList<int> blocks, bool bottleneck) = ResNet.Depths[options.Backbone];
        for (int stage = 0; stage < 4; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                string place = $"layer{stage + 1}.{block}";
                long stride = stage > 0 && block == 0 ? 2 : 1;

                // The shortcut comes first here, as no exporter promises an order.
                string around = weights.ContainsKey(place + ".downsample.0.weight") ? Convolution(place + ".downsample.0", map, stride) : map;
                string branch = map;
                int steps = bottleneck ? 3 : 2, strided = bottleneck ? 2 : 1;
                for (int i = 1; i <= steps; i++)
                {
                    branch = Convolution($"{place}.conv{i}", branch, i == strided ? stride : 1);
                    if (i < steps)
                        branch = Add("Relu", [branch]);
                }

                map = change == $"no sum in {place}" ? branch : Add("Add", [around, branch]);
                if (change != $"no relu in {place}")
                    map = Add("Relu", [map]);
            }
        }

        Add("GlobalAveragePool", [map]);
        return (Model(nodes, tensors), data.ToArray());
    }

    private static byte[] Entry(string key, string value) => Message(13, [.. Text(1, key), .. Text(2, value)]);

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] bytes) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
