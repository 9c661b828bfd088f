using Lethe.Interchange;

namespace Lethe.Workflow;

/// <summary>What was exported.</summary>
/// <param name="Path">The file, or the folder of timm's.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Metadata">What it says of itself.</param>
internal sealed record ExportResult(string Path, long Bytes, ExportMetadata Metadata)
{
    /// <summary>The outputs of a graph with their errors; none of other formats, which are read back bit for bit.</summary>
    public IReadOnlyList<OnnxExportOutput> Outputs { get; init; } = [];

    /// <summary>How many images a graph was verified on.</summary>
    public int Images { get; init; }

    /// <summary>Where those came from, in words; null where there were none.</summary>
    public string? ImagesFrom { get; init; }

    /// <summary>Lines of Python that load it; none of a graph.</summary>
    public IReadOnlyList<string> Python { get; init; } = [];
}
