using System.CommandLine;
using Lethe.Runtime;

namespace Lethe.Cli.Sweeps;

/// <summary>Looks at every command line of a sweep before the first is begun, and says all that is amiss at once.</summary>
/// <param name="root">All verbs.</param>
internal sealed class SweepCheck(RootCommand root)
{
    private const int MostSaid = 20, NamedCells = 3;

    /// <summary>Requires that each cell can begin, as far as options and what they name say.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="cells">Cells of it.</param>
    /// <exception cref="InvalidOptionException">Some cannot.</exception>
    public void Require(Sweep sweep, IReadOnlyList<SweepCell> cells)
    {
        (string Error, string Cell)[] errors =
            [.. cells.SelectMany(cell => cell.Steps.SelectMany(Errors).Distinct().Select(error => (error, cell.Name)))];
        if (errors.Length == 0)
            return;
        string[] lines =
        [
            .. errors.GroupBy(one => one.Error).Select(kind => kind.Count() == cells.Count && cells.Count > 1
                ? $"every cell: {kind.Key}"
                : $"{string.Join(", ", kind.Take(NamedCells).Select(one => one.Cell))}"
                    + (kind.Count() > NamedCells ? $" and {kind.Count() - NamedCells} more" : "") + $": {kind.Key}"),
        ];
        throw new InvalidOptionException($"{sweep.File}: cells cannot begin.\n  "
            + string.Join("\n  ", lines.Take(MostSaid)) + (lines.Length > MostSaid ? $"\n  and {lines.Length - MostSaid} more" : ""));
    }

    private IEnumerable<string> Errors(IReadOnlyList<string> step)
    {
        (ParseResult parsed, IReadOnlyList<string> errors) = ArgumentReader.Read(root, step);
        if (errors.Count > 0)
        {
            // What is not known hides what is known and wrong.
            Command verb = parsed.CommandResult.Command;
            string[] known = [.. step.Where(
                word => !word.StartsWith("--", StringComparison.Ordinal) || Usage.Find(verb, word.Split('=')[0]) is not null)];
            return known.Length < step.Count ? errors.Concat(Errors(known)) : errors;
        }

        try
        {
            (parsed.Action as VerbAction)?.Check(parsed);
            return [];
        }
        catch (LetheException error)
        {
            return error.Message.Split('\n');
        }
    }
}
