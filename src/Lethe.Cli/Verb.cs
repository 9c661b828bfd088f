using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>What all verbs share: the JSON document, errors as sentences, exit codes.</summary>
internal static class Verb
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUse = 2;
    public const int Interrupted = 130;

    /// <summary>Gives a verb its work.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="work">Does the work and says it to people; returns the JSON document of the result.</param>
    /// <returns>The verb.</returns>
    public static Command Does(this Command command, Terminal terminal, Func<ParseResult, CancellationToken, JsonNode> work)
    {
        var json = new Option<bool>("--json") { Description = "Write the result as one JSON document to standard output." };
        command.Options.Add(json);
        command.Options.Add(SettingsFile.Option());

        // On a thread of its own: torch's scopes belong to a thread, and the handler of signals is set up beside it.
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Guard(terminal, () =>
            {
                TorchRuntime.Prepare(new TorchRuntimeOptions { Notice = notice => terminal.Say($"lethe: {notice}") });
                JsonNode result = work(parsed, cancellation);
                if (parsed.GetValue(json))
                    terminal.WriteJson(result);
            }, cancellation),
            CancellationToken.None));
        return command;
    }

    /// <summary>Requires that of several flags which write to standard output at most one is given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="flags">The flags.</param>
    /// <exception cref="InvalidOptionException">Two or more are given.</exception>
    public static void RequireOneOutput(this ParseResult parsed, params string[] flags)
    {
        string[] given = [.. flags.Where(parsed.GetValue<bool>)];
        if (given.Length > 1)
            throw new InvalidOptionException($"{string.Join(" and ", given)} write to the same standard output. Give one of them.");
    }

    /// <summary>Does something and turns how it ended into an exit code and a sentence.</summary>
    internal static int Guard(Terminal terminal, Action work, CancellationToken cancellation)
    {
        try
        {
            work();
            return Done;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Say("Interrupted. The state is saved: the same command with --resume (and --out of the run) goes on.");
            return Interrupted;
        }
        catch (InvalidOptionException error)
        {
            terminal.Say($"lethe: {error.Message}");
            return WrongUse;
        }
        catch (LetheException error)
        {
            terminal.Say($"lethe: {error.Message}");
            return Failed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // TensorBoard's writer, for one, knows no other errors than the system's.
            terminal.Say($"lethe: {error.Message} Make room or give access, then go on with --resume.");
            return Failed;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            terminal.Say($"lethe: an error that should not happen. Please report it with the command and what follows.\n{error}");
            return Failed;
        }
    }
}
