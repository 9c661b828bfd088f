using Lethe.Runtime;
using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>
/// Finds a ResNet in an ONNX graph by what its operations do, in the order in which they run: names are arbitrary there, and batch-norm
/// may be folded into its convolutions.
/// </summary>
internal sealed class OnnxBackbone
{
    private const double Epsilon = 1e-5;
    private const int MostBlocks = 200;

    private readonly string path;
    private readonly Dictionary<string, StoredTensor> weights;
    private readonly Dictionary<string, List<OnnxNode>> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> copies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> epsilons = new(StringComparer.Ordinal);
    private readonly List<string> notes;

    private OnnxBackbone(string path, WeightFile file, List<string> notes)
    {
        this.path = path;
        this.notes = notes;
        weights = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (StoredTensor tensor in file.Tensors)
            weights[tensor.Name] = tensor;
        foreach (OnnxNode node in file.Graph!.Nodes.Where(node => node.Outputs.Count > 0))
        {
            if (node is { Operation: "Identity" or "Cast" or "Dropout", Inputs: [var from, ..], Outputs: [var to, ..] })
            {
                copies[to] = Source(from);
                continue;
            }

            foreach (string input in node.Inputs.Where(name => name.Length > 0).Select(Source).Distinct(StringComparer.Ordinal))
            {
                if (!users.TryGetValue(input, out List<OnnxNode>? list))
                    users[input] = list = [];
                list.Add(node);
            }
        }
    }

    /// <summary>Finds the network.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="file">The file, with a graph.</param>
    /// <param name="notes">Takes what is to be known.</param>
    /// <returns>Its tensors, the place of the first convolution's input, and the operations before it.</returns>
    /// <exception cref="RunException">The graph is no ResNet: where it departs from one.</exception>
    public static (FoundBackbone Found, IReadOnlyList<OnnxNode> Before) Find(string path, WeightFile file, List<string> notes)
    {
        var search = new OnnxBackbone(path, file, notes);
        OnnxNode first = file.Graph!.Nodes.FirstOrDefault(node => node is { Operation: "Conv", Outputs.Count: > 0 })
            ?? throw new RunException($"{path} is an ONNX model without a convolution: not a ResNet. Give a file of a ResNet.");
        OnnxNode[] before = [.. file.Graph.Nodes.TakeWhile(node => node != first).Where(node => node.Operation != "Constant")];
        search.Walk(first);
        return (new FoundBackbone(search.tensors, search.epsilons), before);
    }

    private void Walk(OnnxNode first)
    {
        long[] kernel = Weight(first).Shape;
        bool large = kernel is [_, _, 7, 7];
        (string value, bool rectified) = Step(first, "conv1", large ? 2 : 1, "its first convolution");
        if (!rectified)
            throw Departs("no ReLU follows its first convolution");
        if (User(value, "MaxPool") is { } pool)
        {
            if (!large)
                throw Departs("a max-pooling follows its 3×3 stem, which Lethe's small stem does not have");
            Pads(pool, 3, 2, "its max-pooling");
            value = pool.Outputs[0];
        }
        else if (large)
        {
            throw Departs("no max-pooling follows its 7×7 stem, as it does in Lethe's large one");
        }

        int stage = 0, block = 0, blocks = 0;
        while (users.GetValueOrDefault(Source(value)) is { } next && next.Any(node => node.Operation == "Conv"))
        {
            if (++blocks > MostBlocks)
                throw Departs($"it has more than {MostBlocks} blocks, or goes in a circle");
            OnnxNode[] convolutions = [.. next.Where(node => node.Operation == "Conv")];
            bool starts = stage == 0 || convolutions.Length == 2;
            (stage, block) = starts ? (stage + 1, 0) : (stage, block + 1);
            value = Block(value, convolutions, $"layer{stage}.{block}.", stage > 1 && block == 0 ? 2 : 1);
        }

        if (stage == 0)
            throw Departs("no residual block follows its stem");
    }

    private string Block(string input, OnnxNode[] convolutions, string place, int stride)
    {
        string where = $"its block {place.TrimEnd('.')}";
        List<OnnxNode>[] chains = [.. convolutions.Select(convolution => Chain(convolution, where))];
        if (chains.Length > 2 || chains.Count(chain => chain.Count > 1) != 1)
            throw Departs($"{where} has {chains.Length} ways of {string.Join(" and ", chains.Select(chain => chain.Count))} convolutions");
        List<OnnxNode> branch = chains.First(chain => chain.Count > 1);
        List<OnnxNode>? shortcut = chains.FirstOrDefault(chain => chain.Count == 1);
        string end = "", around = input;
        for (int i = 0; i < branch.Count; i++)
        {
            // The stride sits on the first convolution of a basic block and on the 3×3 of a bottleneck.
            bool strided = branch.Count == 2 ? i == 0 : i == 1;
            (end, bool rectified) = Step(branch[i], $"{place}conv{i + 1}", strided ? stride : 1, where);
            if (rectified == (i == branch.Count - 1))
                throw Departs(rectified ? $"{where} has a ReLU before its sum" : $"{where} has no ReLU after convolution {i + 1}");
        }

        if (shortcut is not null)
            (around, _) = Step(shortcut[0], place + "downsample.0", stride, where);
        OnnxNode sum = User(end, "Add", "Sum") is { } add && add.Inputs.Select(Source).Contains(around, StringComparer.Ordinal)
            ? add
            : throw Departs($"{where} does not add its input");
        return User(sum.Outputs[0], "Relu") is { } relu ? relu.Outputs[0] : throw Departs($"{where} has no ReLU after its sum");
    }

    // The convolutions from one on until the ways meet.
    private List<OnnxNode> Chain(OnnxNode convolution, string where)
    {
        var chain = new List<OnnxNode> { convolution };
        string value = convolution.Outputs[0];
        int steps = 0;
        while (User(value, "BatchNormalization", "Relu", "Conv") is { } next)
        {
            if (next.Operation == "Conv")
                chain.Add(next);
            if (++steps > 9)
                throw Departs($"{where} has more than three convolutions in a row");
            value = next.Outputs[0];
        }

        return chain;
    }

    // A convolution with its batch-norm and ReLU: what they give, and whether a ReLU was there.
    private (string Value, bool Rectified) Step(OnnxNode convolution, string name, int stride, string where)
    {
        StoredTensor weight = Weight(convolution);
        long size = weight.Shape.Length == 4 ? weight.Shape[2] : 0;
        if (convolution.Integers.GetValueOrDefault("group") is [not 1] and [var groups])
            throw Departs($"{where} has a convolution of {groups} groups, as ResNeXt and MobileNet do");
        if (convolution.Integers.GetValueOrDefault("dilations")?.Any(step => step != 1) == true)
            throw Departs($"{where} has a dilated convolution");
        Pads(convolution, size, stride, where);
        tensors[name + ".weight"] = weight;
        if (convolution.Inputs.Count > 2 && convolution.Inputs[2].Length > 0)
            tensors[name + ".bias"] = Weight(convolution.Inputs[2], where);
        string value = convolution.Outputs[0];
        if (User(value, "BatchNormalization") is { } norm)
        {
            string bn = FoundBackbone.NormOf(name);
            if (norm.Inputs.Count < 5)
                throw Departs($"{where} has a batch-norm without statistics");
            for (int i = 0; i < FoundBackbone.NormParts.Count; i++)
                tensors[$"{bn}.{FoundBackbone.NormParts[i]}"] = Weight(norm.Inputs[i + 1], where);
            double epsilon = norm.Numbers.GetValueOrDefault("epsilon", (float)Epsilon);
            if (Math.Abs(epsilon - Epsilon) > 1e-9)
                epsilons[bn] = epsilon;
            value = norm.Outputs[0];
        }
        else if (!tensors.ContainsKey(name + ".bias"))
        {
            throw Departs($"{where} has a convolution without batch-norm and without bias");
        }

        return User(value, "Relu") is { } relu ? (relu.Outputs[0], true) : (value, false);
    }

    // Padding at the end may be one less where the stride is two: images of even size, as all are that halve five times, do not reach it.
    private void Pads(OnnxNode node, long kernel, int stride, string where)
    {
        IReadOnlyList<long> strides = node.Integers.GetValueOrDefault("strides") ?? [1, 1];
        if (strides.Any(step => step != stride))
        {
            throw Departs($"{where} has a stride of {string.Join("×", strides)} where {stride} was expected"
                + (
                    kernel == 1
                        && strides.All(step => step == 2) ? " (the first version of the bottleneck has it on its first convolution)" : ""));
        }

        long half = kernel / 2;
        string automatic = node.Texts.GetValueOrDefault("auto_pad", "NOTSET");
        IReadOnlyList<long> pads = node.Integers.GetValueOrDefault("pads") ?? [0, 0, 0, 0];
        bool fits = automatic switch
        {
            "NOTSET" or "" => pads is [var top, var left, var bottom, var right] && top == half && left == half
                && bottom >= half - (stride - 1) && bottom <= half && right >= half - (stride - 1) && right <= half,
            "SAME_UPPER" => stride == 1 || kernel == 1,
            "SAME_LOWER" => true,
            _ => kernel == 1,
        };
        if (!fits)
            throw Departs($"{where} pads by {automatic} [{string.Join(", ", pads)}] where {half} was expected on each side");
        if ((automatic == "SAME_LOWER" || pads.Distinct().Count() > 1) && !notes.Contains(OddPadding))
            notes.Add(OddPadding);
    }

    private const string OddPadding =
        "its convolutions pad less at the end than at the beginning, which makes no difference for images of a multiple of 32 pixels";

    private StoredTensor Weight(OnnxNode convolution) =>
        convolution.Inputs.Count > 1 ? Weight(convolution.Inputs[1], "a convolution") : throw Departs("a convolution has no weights");

    private StoredTensor Weight(string name, string where) => weights.TryGetValue(Source(name), out StoredTensor? tensor)
        ? tensor
        : throw Departs($"{where} has weights that are computed ('{name}') or quantised, and not stored");

    private string Source(string name) => copies.GetValueOrDefault(name, name);

    private OnnxNode? User(string value, params ReadOnlySpan<string> operations)
    {
        foreach (OnnxNode node in users.GetValueOrDefault(Source(value)) ?? [])
        {
            if (operations.Contains(node.Operation))
                return node;
        }

        return null;
    }

    private RunException Departs(string what) => new(
        $"{path} is an ONNX model, and not one of a ResNet that Lethe has: {what}. Give a model of one of ResNet-18 to ResNet-152, before "
        + "quantisation and other rewriting.");
}
