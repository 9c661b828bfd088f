using Lethe.Data;

namespace Lethe.Workflow;

/// <summary>A row of a <see cref="ContactSheet"/>.</summary>
/// <param name="First">The image that the row is about.</param>
/// <param name="Others">Views or neighbours of it.</param>
internal sealed record SheetRow(Image First, IReadOnlyList<SheetCell> Others);
