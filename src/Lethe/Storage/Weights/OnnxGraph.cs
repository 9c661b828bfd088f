namespace Lethe.Storage.Weights;

/// <summary>The graph of an ONNX model.</summary>
/// <param name="Nodes">Its operations, in the order of the file, each after those it needs.</param>
/// <param name="Inputs">Names of its inputs, weights left out.</param>
/// <param name="Outputs">Names of its outputs.</param>
internal sealed record OnnxGraph(IReadOnlyList<OnnxNode> Nodes, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
