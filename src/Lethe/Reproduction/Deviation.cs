namespace Lethe.Reproduction;

/// <summary>An option in which a setting departs from the paper's.</summary>
/// <param name="Option">Its flag, or what is counted.</param>
/// <param name="Here">What it is here.</param>
/// <param name="Reference">What it is in the preset full by the paper's conventions.</param>
internal sealed record Deviation(string Option, string Here, string Reference);
