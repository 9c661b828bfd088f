namespace Lethe.Interchange;

/// <summary>An output of an exported graph and how far it lies from Lethe's own numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Width">Numbers for each image.</param>
/// <param name="Error">
/// max |a − b| / max |a| over all images and numbers, a being Lethe's. Whitened features are compared with the whitening taken off again.
/// </param>
internal sealed record OnnxExportOutput(string Name, int Width, double Error);
