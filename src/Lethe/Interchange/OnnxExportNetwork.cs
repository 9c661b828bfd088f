using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Interchange;

/// <summary>
/// Says a network in operations of ONNX, in evaluation mode as it stands, with batch-norm folded into the weights of what is before it
/// (in double precision, rounded once).
/// </summary>
/// <param name="graph">Takes the operations. Tensors belong to the dispose scope that is open, and must live until it is written.</param>
internal sealed class OnnxExportNetwork(OnnxExportGraph graph)
{
    /// <summary>Adds a part of a residual network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The part that ends with this layer.</param>
    /// <param name="input">The name of the map before it.</param>
    /// <returns>The name of the layer's map.</returns>
    public string Layer(ResNet network, SplitPoint layer, string input)
    {
        string name = ResNet.LayerName(layer);
        if (network.PartsUpTo(layer)[^1] is Stem stem)
        {
            string map = Rectified(Convolution("conv1", stem.Parts, input));
            return stem.IsPooled
                ? graph.Node("MaxPool", "maxpool", [map], Window(size: 3, stride: 2, padding: 1))
                : map;
        }

        int index = 0;
        foreach (ResidualBlock block in ((Sequential)network.PartsUpTo(layer)[^1]).children().Cast<ResidualBlock>())
            input = Block($"{name}.{index++}", block, input);
        return input;
    }

    /// <summary>Pools a layer's map as <see cref="ResNet.Pool"/> does.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="map">The name of its map.</param>
    /// <param name="name">What the result is to be called.</param>
    /// <returns>That name: [N, d].</returns>
    public string Pooled(ResNet network, SplitPoint layer, string map, string name)
    {
        (int rows, int columns) = network.PoolGrid(layer);
        string cells = (rows, columns) == (1, 1)
            ? graph.Node("GlobalAveragePool", $"{name}/pool", [map])
            : Grid(network, layer, map, name, rows, columns);
        return graph.Node("Flatten", name, [cells], ("axis", 1));
    }

    /// <summary>Adds a multi-layer perceptron.</summary>
    /// <param name="name">What its parts are called after.</param>
    /// <param name="module">Linear layers, batch-norm and ReLU in a row.</param>
    /// <param name="input">The name of what it takes, [N, d].</param>
    /// <returns>The name of its output and that output's width.</returns>
    /// <exception cref="RunException">There is something else in it.</exception>
    public (string Name, int Width) Perceptron(string name, Module module, string input)
    {
        (Tensor Weight, Tensor Bias)? pending = null;
        int width = 0, index = 0;
        foreach (Module part in module is Sequential ? module.children() : [module])
        {
            switch (part)
            {
                case Linear linear:
                    Flush();
                    width = (int)linear.weight.shape[0];
                    pending = (Precise(linear.weight), linear.bias is null ? zeros(width, ScalarType.Float64) : Precise(linear.bias));
                    break;
                case BatchNormLayer norm when pending is { } before:
                    (Tensor scale, Tensor shift) = norm.RunningMap(ScalarType.Float64);
                    (scale, shift) = (scale.cpu(), shift.cpu());
                    pending = (before.Weight * scale.unsqueeze(1), (before.Bias * scale).Plus(shift));
                    break;
                case TorchSharp.Modules.ReLU when pending is not null:
                    Flush();
                    input = graph.Node("Relu", $"{name}/relu{index}", [input]);
                    break;
                default:
                    throw new RunException(
                        $"The {name} of this method has a part of the kind {part.GetType().Name}, which has no equal among the operations "
                        + "that are written. Use --layer layer4.");
            }
        }

        Flush();
        return (input, width);

        void Flush()
        {
            if (pending is not { } layer)
                return;
            index++;
            input = graph.Node(
                "Gemm",
                $"{name}/linear{index}",
                [input, graph.Constant($"{name}.{index}.weight", layer.Weight), graph.Constant($"{name}.{index}.bias", layer.Bias)],
                ("transB", 1));
            pending = null;
        }
    }

    private static (string Name, object Value)[] Window(int size, int stride, int padding)
    {
        int[] kernel = [size, size], steps = [stride, stride], sides = [padding, padding, padding, padding];
        return [("kernel_shape", kernel), ("strides", steps), ("pads", sides)];
    }

    private static Tensor Precise(Tensor value) => value.detach().cpu().to(ScalarType.Float64);

    private string Block(string name, ResidualBlock block, string input)
    {
        string around = block.Shortcut is { } shortcut ? Convolution($"{name}.downsample", shortcut, input) : input, map = input;
        for (int i = 0; i < block.Branch.Count; i++)
        {
            map = Convolution($"{name}.conv{i + 1}", block.Branch[i], map);
            if (i < block.Branch.Count - 1)
                map = Rectified(map);
        }

        return Rectified(graph.Node("Add", $"{name}/add", [map, around]));
    }

    private string Rectified(string map) => graph.Node("Relu", $"{map}/relu", [map]);

    private string Convolution(string name, (Conv2d Convolution, BatchNormLayer Norm) parts, string input)
    {
        (Tensor scale, Tensor shift) = parts.Norm.RunningMap(ScalarType.Float64);
        Tensor weight = Precise(parts.Convolution.weight) * scale.detach().cpu().reshape(-1, 1, 1, 1);
        int size = (int)weight.shape[2], stride = (int)parts.Convolution.stride[0], padding = (int)parts.Convolution.padding![0];
        return graph.Node(
            "Conv",
            name,
            [input, graph.Constant($"{name}.weight", weight), graph.Constant($"{name}.bias", shift)],
            Window(size, stride, padding));
    }

    // Cells of an adaptive pool are rectangles, so means over rows and columns come one after the other.
    private string Grid(ResNet network, SplitPoint layer, string map, string name, int rows, int columns)
    {
        int size = network.ImageSize;
        foreach (int stride in Strides(network, layer))
            size = ((size - 1) / stride) + 1;
        if (size % rows == 0 && size % columns == 0)
        {
            int[] cell = [size / rows, size / columns];
            return graph.Node("AveragePool", $"{name}/pool", [map], ("kernel_shape", cell), ("strides", cell));
        }

        string byRows = graph.Node("MatMul", $"{name}/rows", [graph.Constant($"{name}.rows", Means(rows, size)), map]);
        return graph.Node("MatMul", $"{name}/columns", [byRows, graph.Constant($"{name}.columns", Means(columns, size).t())]);
    }

    // Each convolution and pool is padded by half of its size, so that a map's side is divided by the stride and rounded up.
    private static IEnumerable<int> Strides(ResNet network, SplitPoint layer)
    {
        foreach (Module part in network.PartsUpTo(layer))
        {
            if (part is Stem stem)
            {
                yield return (int)stem.Parts.Convolution.stride[0];
                yield return stem.IsPooled ? 2 : 1;
                continue;
            }

            foreach (ResidualBlock block in ((Sequential)part).children().Cast<ResidualBlock>())
            {
                foreach ((Conv2d convolution, _) in block.Branch)
                    yield return (int)convolution.stride[0];
            }
        }
    }

    // The cell i of n over a side of s goes from ⌊i·s/n⌋ to ⌈(i + 1)·s/n⌉, as torch's adaptive pool has it.
    private static Tensor Means(int cells, int side)
    {
        double[,] weights = new double[cells, side];
        for (int i = 0; i < cells; i++)
        {
            int from = i * side / cells, to = (((i + 1) * side) + cells - 1) / cells;
            for (int place = from; place < to; place++)
                weights[i, place] = 1.0 / (to - from);
        }

        return tensor(weights); // [cells, side]
    }
}
