namespace Lethe.Benchmarks;

/// <summary>Which rows the linear protocol is timed on.</summary>
/// <param name="Run">A run whose encoder gives the features of its probe and test images; null makes rows up.</param>
/// <param name="Layer">The layer of that encoder.</param>
/// <param name="Count">Rows to fit that are made up.</param>
/// <param name="Dimension">Their features.</param>
/// <param name="Classes">Their classes.</param>
/// <param name="Seed">What they are derived from.</param>
internal sealed record LinearProbeRows(string? Run, string Layer, int Count, int Dimension, int Classes, int Seed);
