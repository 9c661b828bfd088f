namespace Lethe.Runs;

/// <summary>Something amiss in training that did not end it.</summary>
/// <param name="Epoch">When it was first seen: epochs done.</param>
/// <param name="Kind">What it is, in a word; each kind is written down once.</param>
/// <param name="Text">What was seen, and what to try.</param>
internal sealed record RunWarning(int Epoch, string Kind, string Text);
