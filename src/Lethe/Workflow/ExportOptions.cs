using Lethe.Evaluation;
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

    /// <summary>The licence of the images that the encoder was trained on, in your words; kept in the file.</summary>
    public string? Licence { get; init; }

    /// <summary>Replaces what is at --out.</summary>
    public bool Force { get; init; }

    /// <summary>Refuses what is no use with the format.</summary>
    /// <param name="graph">What was asked of a graph.</param>
    /// <exception cref="InvalidOptionException">An option belongs to another format.</exception>
    public void Require(OnnxExportOptions graph)
    {
        OptionRecord.ValidateAll([this, graph]);
        if (Format == Onnx || graph == new OnnxExportOptions())
            return;
        throw new InvalidOptionException(
            $"--input, --layer, --whiten and --whiten-epsilon belong to --format onnx; {Format} takes the weights as they are, whose "
            + $"output is {LayerNames.Last}. Leave them out.");
    }
}
