using Lethe.Data;

namespace Lethe.Workflow;

/// <summary>An image of a <see cref="ContactSheet"/>.</summary>
/// <param name="Image">The image.</param>
/// <param name="Agrees">Whether its label is that of the row's first image; null draws no frame.</param>
internal sealed record SheetCell(Image Image, bool? Agrees);
