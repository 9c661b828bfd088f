namespace Lethe.Reporting;

/// <summary>A table in words, for whatever shows it.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Header">Names of the columns.</param>
/// <param name="Names">How many columns at the left hold names; those after them hold numbers.</param>
/// <param name="Rows">The cells.</param>
/// <param name="Clear">For each row, whether it is a difference whose 95 % interval leaves out 0.</param>
public sealed record ComparisonGrid(string Title, IReadOnlyList<string> Header, int Names, IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlyList<bool> Clear);
