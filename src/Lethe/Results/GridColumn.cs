namespace Lethe.Results;

/// <summary>A column of a <see cref="Grid"/>: its name, beneath that of its group where it has one.</summary>
internal sealed record GridColumn(string Title, string Group = "")
{
    /// <summary>Its name where groups have no line of their own.</summary>
    public string Name { get; init; } = Title;

    /// <summary>A class of the style sheet for its cells; empty for none.</summary>
    public string Style { get; init; } = "";
}
