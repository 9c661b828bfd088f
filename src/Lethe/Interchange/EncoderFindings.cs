namespace Lethe.Interchange;

/// <summary>What was found in a file of weights, what of it is used, what is left, and what was assumed.</summary>
/// <param name="Format">The file's format, as "PyTorch (zip)".</param>
/// <param name="Naming">Whose names its tensors have, and what stood in front of them.</param>
/// <param name="Used">Tensors that the network takes.</param>
/// <param name="Left">All others, in groups.</param>
/// <param name="Notes">What else is to be known: choices, assumptions, objects that were not made. Sentences without a full stop.</param>
internal sealed record EncoderFindings(
    string Format, string Naming, int Used, IReadOnlyList<LeftTensors> Left, IReadOnlyList<string> Notes)
{
    /// <summary>Tensors that are not used.</summary>
    public int Unused => Left.Sum(group => group.Count);
}
