using Lethe.Interchange;
using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>How an encoder leaves.</summary>
internal sealed record ExportOptions : OptionRecord
{
    /// <summary>A graph of ONNX.</summary>
    public const string Onnx = "onnx";

    /// <summary>A folder for timm.</summary>
    public const string Timm = "timm";

    /// <summary>Weights for torchvision.</summary>
    public const string Torchvision = "torchvision";

    /// <summary>
    /// onnx (a graph that runs without Lethe: ONNX Runtime, ML.NET), timm (a folder that timm.create_model reads) or torchvision (weights,
    /// .pth or .safetensors).
    /// </summary>
    [OneOf(Onnx, Timm, Torchvision)]
    public string Format { get; init; } = Onnx;

    /// <summary>The licence of the training images, as free text; kept in the file.</summary>
    public string? Licence { get; init; }

    /// <summary>Replaces an existing --out.</summary>
    public bool Force { get; init; }

    /// <summary>Refuses what is no use with the format.</summary>
    /// <param name="graph">What was asked of a graph.</param>
    /// <param name="classifier">What is to be within; null for nothing.</param>
    /// <exception cref="InvalidOptionException">An option belongs to another format, or not to these.</exception>
    public void Require(OnnxExportOptions graph, ExportedClassifier? classifier)
    {
        OptionRecord.ValidateAll([this, graph]);
        if (classifier is not null && graph.Layer == OnnxExportOptions.AllLayers)
            throw new InvalidOptionException("--classifier needs the one layer that it was made with; found --layer all.");
        if (Format == Onnx)
            return;
        if (classifier is not null)
            throw new InvalidOptionException($"--classifier belongs to --format onnx; {Format} holds only weights. Leave it out.");
        if (graph == new OnnxExportOptions())
            return;
        throw new InvalidOptionException(
            $"--input, --layer, --whiten and --whiten-epsilon belong to --format onnx; {Format} takes the weights as they are, whose "
            + $"output is {LayerNames.Last}. Leave them out.");
    }
}
