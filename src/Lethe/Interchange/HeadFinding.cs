namespace Lethe.Interchange;

/// <summary>What became of a part of a method's heads.</summary>
/// <param name="Module">Its name in the method, as <c>projector</c>.</param>
/// <param name="From">What its tensors are called in the file; null where it was not filled and is fresh.</param>
/// <param name="Words">How it was filled, or why it was not.</param>
internal sealed record HeadFinding(string Module, string? From, string Words);
