using Lethe.Reporting;

namespace Lethe.Watching;

/// <summary>A piece of a page that is replaced when it has changed.</summary>
/// <param name="Id">Its id on the page.</param>
/// <param name="Content">What stands there at this moment; null for nothing.</param>
internal sealed record PagePart(string Id, Html? Content);
