namespace Lethe.Storage.Weights;

/// <summary>An operation of an ONNX graph.</summary>
/// <param name="Operation">Its type, as <c>Conv</c>.</param>
/// <param name="Inputs">Names of what it takes; empty where an optional one is left out.</param>
/// <param name="Outputs">Names of what it gives.</param>
/// <param name="Integers">Its attributes of integers; a single one is a list of one.</param>
/// <param name="Numbers">Its attributes of one number.</param>
/// <param name="Texts">Its attributes of text.</param>
internal sealed record OnnxNode(
    string Operation,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, IReadOnlyList<long>> Integers,
    IReadOnlyDictionary<string, float> Numbers,
    IReadOnlyDictionary<string, string> Texts);
