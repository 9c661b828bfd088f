using static TorchSharp.torch;

namespace Lethe.Storage.Weights;

/// <summary>
/// Reads the graph of an ONNX model and where its weights lie. The numbers of fields are those of <c>onnx.proto</c> (onnx 1.12, IR 3 to 8).
/// </summary>
internal static class OnnxWeights
{
    private const int MostNumbers = 1 << 10;
    private const int LongestText = 1 << 16;

    /// <summary>Whether a file begins like an ONNX model: with the version of its format, then another field.</summary>
    /// <param name="head">Its first bytes.</param>
    public static bool Matches(ReadOnlySpan<byte> head) => head.Length > 4 && head[0] == 0x08 && head[1] is >= 2 and < 32
        && head[2] is 0x12 or 0x1a or 0x22 or 0x28 or 0x32 or 0x3a or 0x42;

    /// <summary>Reads what a file holds.</summary>
    /// <param name="stream">The file; belongs to the result.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>The file, with its graph.</returns>
    /// <exception cref="Runtime.RunException">It is damaged, or no ONNX model.</exception>
    public static WeightFile Read(FileStream stream, ReadBudget budget)
    {
        var cursor = new ByteCursor(stream, 0, stream.Length);
        var model = new ProtobufCursor(cursor, stream.Length);
        var reading = new Reading(stream.Name, cursor, budget);
        string producer = "";
        bool found = false;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (model.Next())
        {
            if (model is { Field: 2, IsBytes: true })
            {
                producer = model.Text(LongestText);
            }
            else if (model is { Field: 14, IsBytes: true })
            {
                reading.Entry(model.Message(), metadata);
            }
            else if (model is { Field: 7, IsBytes: true })
            {
                found = true;
                reading.Graph(model.Message());
            }
            else
            {
                model.Skip();
            }
        }

        if (!found || reading.Nodes.Count == 0)
            throw cursor.Damaged("it begins like an ONNX model and has no graph");
        HashSet<string> weights = [.. reading.Tensors.Select(tensor => tensor.Name)];
        return new WeightFile(stream, budget, producer.Length > 0 ? $"ONNX by {producer}" : "ONNX", reading.Tensors)
        {
            Metadata = metadata,
            Graph = new OnnxGraph(reading.Nodes, [.. reading.Inputs.Where(name => !weights.Contains(name))], reading.Outputs),
        };
    }

    private sealed class Reading(string path, ByteCursor cursor, ReadBudget budget)
    {
        public List<OnnxNode> Nodes { get; } = [];

        public List<StoredTensor> Tensors { get; } = [];

        public List<string> Inputs { get; } = [];

        public List<string> Outputs { get; } = [];

        private readonly HashSet<string> files = new(StringComparer.Ordinal);

        public void Graph(ProtobufCursor graph)
        {
            while (graph.Next())
            {
                if (graph is { Field: 1, IsBytes: true })
                    Node(graph.Message());
                else if (graph is { Field: 5, IsBytes: true })
                    Tensors.Add(Tensor(graph.Message(), null));
                else if (graph is { Field: 11 or 12, IsBytes: true })
                    (graph.Field == 11 ? Inputs : Outputs).Add(FirstText(graph.Message()));
                else
                    graph.Skip();
            }
        }

        private string FirstText(ProtobufCursor message)
        {
            budget.Describe(128);
            string text = "";
            while (message.Next())
            {
                if (message is { Field: 1, IsBytes: true })
                    text = Text(message);
                else
                    message.Skip();
            }

            return text;
        }

        private string Text(ProtobufCursor message)
        {
            string text = message.Text(LongestText);
            budget.Describe(64 + (4 * text.Length));
            return text;
        }

        private void Node(ProtobufCursor node)
        {
            budget.Describe(1024);
            var inputs = new List<string>();
            var outputs = new List<string>();
            string operation = "";
            var integers = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
            var numbers = new Dictionary<string, float>(StringComparer.Ordinal);
            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            while (node.Next())
            {
                if (node is { Field: 1, IsBytes: true })
                    inputs.Add(Text(node));
                else if (node is { Field: 2, IsBytes: true })
                    outputs.Add(Text(node));
                else if (node is { Field: 4, IsBytes: true })
                    operation = Text(node);
                else if (node is { Field: 5, IsBytes: true })
                    Attribute(node.Message(), outputs, integers, numbers, texts);
                else
                    node.Skip();
            }

            Nodes.Add(new OnnxNode(operation, inputs, outputs, integers, numbers, texts));
        }

        // A constant is a node whose value is an attribute, called as the node's output.
        private void Attribute(
            ProtobufCursor attribute, List<string> outputs, Dictionary<string, IReadOnlyList<long>> integers,
            Dictionary<string, float> numbers, Dictionary<string, string> texts)
        {
            budget.Describe(256);
            string name = "";
            var list = new List<long>();
            float? number = null;
            string? text = null;
            while (attribute.Next())
            {
                switch (attribute.Field)
                {
                    case 1 when attribute.IsBytes:
                        name = Text(attribute);
                        break;
                    case 2:
                        number = attribute.Single();
                        break;
                    case 3 or 8:
                        attribute.Integers(value => Add(list, value));
                        break;
                    case 4 when attribute.IsBytes:
                        text = Text(attribute);
                        break;
                    case 5 when attribute.IsBytes:
                        StoredTensor value = Tensor(attribute.Message(), outputs.Count > 0 ? outputs[0] : null);
                        Tensors.Add(value);
                        break;
                    default:
                        attribute.Skip();
                        break;
                }
            }

            if (list.Count > 0)
                integers[name] = list;
            if (number is not null)
                numbers[name] = number.Value;
            if (text is not null)
                texts[name] = text;
        }

        private void Add(List<long> list, long value)
        {
            if (list.Count >= MostNumbers)
                throw cursor.Damaged($"an attribute or a shape of it has more than {MostNumbers} numbers");
            budget.Describe(24);
            list.Add(value);
        }

        private StoredTensor Tensor(ProtobufCursor tensor, string? called)
        {
            budget.Describe(768);
            var shape = new List<long>();
            int type = 0;
            string name = "";
            (long Position, long Length)? values = null;
            bool external = false;
            var place = new Dictionary<string, string>(StringComparer.Ordinal);
            while (tensor.Next())
            {
                switch (tensor.Field)
                {
                    case 1:
                        tensor.Integers(value => Add(shape, value));
                        break;
                    case 2:
                        type = (int)tensor.Integer();
                        break;
                    case 8 when tensor.IsBytes:
                        name = Text(tensor);
                        break;

                    // Packed numbers lie as raw ones do, but for those of varying length.
                    case 4 or 9 or 10 when tensor.IsBytes:
                        long length = tensor.Length();
                        values = (cursor.Position, length);
                        cursor.Skip(length);
                        break;
                    case 13 when tensor.IsBytes:
                        Entry(tensor.Message(), place);
                        break;
                    case 14:
                        external = tensor.Integer() == 1;
                        break;
                    default:
                        tensor.Skip();
                        break;
                }
            }

            (string typeName, ScalarType? kind) = KindOf(type);
            var stored = new StoredTensor(called ?? name, typeName, kind, [.. shape], null, 0);
            if (external)
                return External(stored, place);
            if (values is not { } found)
                return stored with { Kind = stored.Count == 0 ? kind : null };
            return stored.Problem(0, found.Length) is { } problem
                ? throw cursor.Damaged(problem)
                : stored with { Position = found.Position };
        }

        public void Entry(ProtobufCursor entry, Dictionary<string, string> entries)
        {
            string key = "", value = "";
            while (entry.Next())
            {
                if (entry is { Field: 1, IsBytes: true })
                    key = Text(entry);
                else if (entry is { Field: 2, IsBytes: true })
                    value = Text(entry);
                else
                    entry.Skip();
            }

            budget.Describe(128);
            entries[key] = value;
        }

        // Values in a file beside the model, which may be no other file than one of its folder.
        private StoredTensor External(StoredTensor tensor, Dictionary<string, string> place)
        {
            string name = place.GetValueOrDefault("location", "");
            static long Number(string? text) => long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out long n) ? n : 0;
            if (name.Length == 0 || name != Path.GetFileName(name) || name is "." or ".." || name.Contains('\\', StringComparison.Ordinal))
                throw cursor.Damaged($"the values of '{tensor.Name}' would lie in '{name}', which is no file beside it");
            string file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
            var found = new FileInfo(file);
            if (!found.Exists)
            {
                throw new Runtime.RunException(
                    $"{path} has its weights in '{name}' beside it, which is missing. Put both files into one folder.");
            }

            if (files.Add(name))
                budget.Add(found.Length);
            long offset = Number(place.GetValueOrDefault("offset"));
            return offset < 0 || tensor.Problem(0, found.Length - offset) is { }
                ? throw cursor.Damaged($"the values of '{tensor.Name}' go beyond the end of '{name}'")
                : tensor with { File = file, Position = offset };
        }
    }

    private static (string Name, ScalarType? Kind) KindOf(int type) => type switch
    {
        1 => ("float", ScalarType.Float32),
        2 => ("uint8", ScalarType.Byte),
        3 => ("int8", ScalarType.Int8),
        5 => ("int16", ScalarType.Int16),
        6 => ("int32", ScalarType.Int32),
        7 => ("int64", ScalarType.Int64),
        9 => ("bool", ScalarType.Bool),
        10 => ("float16", ScalarType.Float16),
        11 => ("double", ScalarType.Float64),
        16 => ("bfloat16", ScalarType.BFloat16),
        _ => ($"type {type}", null),
    };
}
