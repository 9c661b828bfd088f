namespace Lethe.Results;

/// <summary>A column of a <see cref="Grid"/>.</summary>
/// <param name="Title">Its name beneath that of its group.</param>
/// <param name="Group">What it has in common with the columns beside it; empty where that is nothing.</param>
internal sealed record GridColumn(string Title, string Group = "")
{
    /// <summary>Its name where groups have no line of their own.</summary>
    public string Name { get; init; } = Title;

    /// <summary>A class of the style sheet for its cells; empty for none.</summary>
    public string Style { get; init; } = "";
}
