using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>What all verbs share: the JSON document, errors as sentences, exit codes.</summary>
internal static class Verb
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUse = 2;
    public const int Interrupted = 130;

    /// <summary>
    /// Ended by SIGTERM or SIGUSR1, which schedulers send: EX_TEMPFAIL of sysexits.h, "try again later". No shell and no signal gives 75
    /// for anything else, and a scheduler can be told to queue a job again that ends with it (Slurm's RequeueExit).
    /// </summary>
    public const int Preempted = 75;

    public const string JsonFlag = "--json";

    /// <summary>What <c>--json</c> writes where a verb fails: the sentence that people are told, and the exit code.</summary>
    public static JsonObject ErrorDocument(string message, int exitCode) => new() { ["error"] = message, ["exitCode"] = exitCode };

    /// <summary>Gives a verb its work.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="work">Does the work and says it to people; returns the JSON document of the result.</param>
    /// <param name="needsTorch">Whether torch is loaded first.</param>
    /// <param name="exitCode">Makes the exit code of the result; null where a result is a success.</param>
    /// <param name="check">Throws where what was given cannot be used, before anything is read; null where only the work can tell.</param>
    /// <param name="ranks">How many ranks were asked for, of a verb that ranks can do together; null for others.</param>
    /// <param name="follow">What its other ranks do beside training, by rank 0's words; null for nothing.</param>
    /// <returns>The verb.</returns>
    public static Command Does(
        this Command command, Terminal terminal, Func<ParseResult, CancellationToken, JsonNode> work, bool needsTorch = true,
        Func<JsonNode, int>? exitCode = null, Action<ParseResult>? check = null, Func<ParseResult, RankOptions>? ranks = null,
        Func<ParseResult, IReadOnlyDictionary<string, Action>>? follow = null)
    {
        var json = new Option<bool>(JsonFlag) { Description = "Write the result as one JSON document to standard output." };
        command.Options.Add(json);
        Option<bool>? isolate = Isolation.AddTo(command);
        command.Options.Add(SettingsFile.Option());

        // On a thread of its own: torch's scopes belong to a thread, and the handler of signals is set up beside it.
        command.Action = new VerbAction((parsed, cancellation) => Task.Run(
            () => Guard(parsed, terminal, () =>
            {
                if (needsTorch)
                    PrepareTorch(terminal);
                using IDisposable? apart = isolate is not null && parsed.GetValue(isolate) ? Isolation.Begin() : null;
                using RankStart? joined = ranks is null ? null : RankStart.Join(ranks(parsed), parsed, terminal);
                if (joined?.Group is { Leads: false } led)
                    return Together(led, () => new RankFollower(led, follow?.Invoke(parsed)).Follow());
                JsonNode result = null!;
                if (joined?.Group is { } group)
                    Together(group, () => result = work(parsed, cancellation));
                else
                    result = work(parsed, cancellation);
                if (result is JsonObject document && terminal.Cautions.Count > 0)
                    document["cautions"] = new JsonArray([.. terminal.Cautions.Select(text => (JsonNode)text)]);
                if (parsed.GetValue(json))
                    terminal.WriteJson(result);
                return exitCode?.Invoke(result) ?? Done;
            }, cancellation, parsed.GetValue(json)),
            CancellationToken.None), check);
        return command;
    }

    // Where rank 0 ends, whatever the reason, it lets the others go; where another cannot go on, it says why to all.
    private static int Together(RankGroup group, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is not RankGroupException)
        {
            if (group.Leads)
                TryToDismiss(group);
            else
                group.Fail(error.Message);
            throw;
        }

        if (group.Leads)
            RankedWork.Dismiss(group);
        return Done;
    }

    // What ended rank 0 says more than that another has ended too.
    private static void TryToDismiss(RankGroup group)
    {
        try
        {
            RankedWork.Dismiss(group);
        }
        catch (RankGroupException)
        {
        }
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

    /// <summary>Loads torch, as every verb does that computes.</summary>
    public static void PrepareTorch(Terminal terminal) =>
        TorchRuntime.Prepare(new TorchRuntimeOptions { Notice = notice => terminal.Say($"lethe: {notice}") });

    /// <summary>Does something and turns how it ended into an exit code and a sentence.</summary>
    internal static int Guard(
        ParseResult parsed, Terminal terminal, Func<int> work, CancellationToken cancellation, bool json = false)
    {
        int Told(string message, int exitCode, string prefix = "lethe: ")
        {
            terminal.Say(prefix + message);
            if (json)
                terminal.WriteJson(ErrorDocument(message, exitCode));
            return exitCode;
        }

        try
        {
            return OutputFile.OrNothing(work);
        }
        catch (OperationCanceledException error) when (cancellation.IsCancellationRequested)
        {
            return Told("Interrupted. " + Again(parsed, (error as RunInterruptedException)?.Run), terminal.StopCode(), prefix: "");
        }
        catch (InvalidOptionException error)
        {
            return Told(error.Message, WrongUse);
        }
        catch (LetheException error)
        {
            return Told(error.Message, Failed);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // TensorBoard's writer, for one, knows no other errors than the system's.
            return Told($"{error.Message} Make room or give access, then {Disk.GoOn}.", Failed);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return Told($"an error that should not happen. Please report it with the command and what follows.\n{error}", Failed);
        }
    }

    // What goes on with work that was interrupted; a run where its state was saved.
    private static string Again(ParseResult parsed, RunDirectory? run)
    {
        const string Resume = ResumeOption.Flag, Out = "--out", Same = "The same command continues";
        Command verb = parsed.CommandResult.Command;
        if (verb.Name is "reproduce" or "sweep")
            return $"{Same}: finished work is skipped.";
        if (ResumeOption.GoesOn(parsed))
            return run is null ? $"{Same}." : $"The state is saved. {Same}.";
        bool resumes = Usage.Find(verb, Resume) is not null;
        if (!resumes)
            return "The same command begins anew.";
        if (run is null)
            return $"If a run had begun, the same command with {Resume} continues it; without, it begins anew.";
        string path = OptionValues.Quote(
            (run.LoadManifest().Kind == RunKind.Pretrain ? run : run.FindPretraining() ?? run).Path);
        return "The state is saved: " + verb.Name switch
        {
            "pretrain" => $"'lethe pretrain {Resume} {Out} {path}' continues.",
            "undo" => $"the same command with {Resume} continues.",
            _ => $"the same command with {Resume} {Out} {path} continues.",
        };
    }
}
