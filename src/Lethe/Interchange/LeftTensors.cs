namespace Lethe.Interchange;

/// <summary>Tensors of a file that the network does not need.</summary>
/// <param name="Name">What their names begin with.</param>
/// <param name="Count">How many.</param>
/// <param name="Why">What they are.</param>
internal sealed record LeftTensors(string Name, int Count, string Why);
