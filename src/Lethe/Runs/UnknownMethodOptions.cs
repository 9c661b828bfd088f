using Lethe.Methods;
using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>
/// Options of a method that another program had registered: shown and written again as they were, so that its runs can be reported and
/// compared without it.
/// </summary>
/// <param name="Json">The section of <c>run.json</c>.</param>
internal sealed record UnknownMethodOptions(string Json) : MethodOptions, IConflicting
{
    IEnumerable<string> IConflicting.Conflicts() =>
        ["The run's method is none of this program. Register it with MethodRegistry.Add before the run is opened."];
}
