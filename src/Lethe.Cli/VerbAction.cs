using System.CommandLine;
using System.CommandLine.Invocation;

namespace Lethe.Cli;

/// <summary>What a verb does, and how what was given is checked without doing it.</summary>
/// <param name="work">Does it and returns the exit code.</param>
/// <param name="check">Throws where options cannot be used; null where only the work can tell.</param>
internal sealed class VerbAction(Func<ParseResult, CancellationToken, Task<int>> work, Action<ParseResult>? check)
    : AsynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default) =>
        work(parseResult, cancellationToken);

    /// <summary>Makes sure that what was given can be used, as far as that is known before anything is read or begun.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="Runtime.LetheException">It cannot.</exception>
    public void Check(ParseResult parsed) => check?.Invoke(parsed);
}
