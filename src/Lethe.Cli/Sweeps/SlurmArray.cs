using System.ComponentModel;
using System.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Cli.Sweeps;

/// <summary>
/// A sweep as an array of Slurm: a task for each cell, which is queued again where its time is up, and goes on where it was.
/// </summary>
internal static class SlurmArray
{
    private const string Submit = "sbatch";

    /// <summary>The script of the array.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="cells">The cells that are not done.</param>
    /// <param name="options">How they are made; so many at a time as its jobs say, all where it does not say.</param>
    public static string Script(Sweep sweep, IReadOnlyList<SweepCell> cells, SweepOptions options)
    {
        string folder = Path.GetFullPath(Path.Combine(sweep.Root, Sweep.Folder));
        (string Key, string Value)[] own =
        [
            ("job-name", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(sweep.Root)))),
            ("array", $"0-{cells.Count - 1}{(options.Jobs > 0 ? $"%{options.Jobs}" : "")}"),
            ("output", Path.Combine(folder, "slurm-%A_%a.txt")),
            ("open-mode", "append"),
            ("requeue", ""),
            ("signal", "B:USR1@120"),
        ];
        string[] given = [.. sweep.Slurm.Select(option => option.Key)];
        IEnumerable<string> lines = own.Where(option => !given.Contains(option.Key)).Concat(sweep.Slurm).Select(
            option => $"#SBATCH --{option.Key}{(option.Value is "" or "true" ? "" : "=" + ShellWord.Quote(option.Value))}");
        IEnumerable<string> command =
        [
            .. OwnProgram.Line, "sweep", Path.GetFullPath(sweep.File), $"--out={Path.GetFullPath(sweep.Root)}",
            Invariant($"--retries={options.Retries}"),
            .. options.Threads > 0 ? [Invariant($"--threads={options.Threads}")] : Array.Empty<string>(),
        ];
        return $$"""
            #!/bin/bash
            {{string.Join('\n', lines)}}

            cells=({{string.Join(' ', cells.Select(cell => ShellWord.Quote(cell.Name)))}})

            # Two minutes before its time is up Slurm sends USR1: the state is saved, and the task queues again. Where Slurm itself ends a
            # task (TERM: scancel, or another job that goes first), it is Slurm that decides whether it queues again.
            again=no
            trap 'again=yes; kill -USR1 "$child"' USR1
            trap 'kill -TERM "$child"' TERM

            {{string.Join(' ', command.Select(ShellWord.Quote))}} "--cell=${cells[$SLURM_ARRAY_TASK_ID]}" &
            child=$!

            # A signal ends the wait, not the task: wait until it has said itself how it ended.
            wait "$child"
            code=$?
            for _ in 1 2 3 4 5; do
                [ "$code" -gt 128 ] || break
                wait "$child"
                next=$?
                [ "$next" -ne 127 ] || break
                code=$next
            done

            if [ "$code" -eq {{Verb.Preempted}} ] && [ "$again" = yes ]; then
                scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
            fi
            exit "$code"

            """;
    }

    /// <summary>Gives the script to Slurm.</summary>
    /// <param name="script">The file.</param>
    /// <returns>The number of the job.</returns>
    /// <exception cref="RunException">There is no Slurm, or it refused.</exception>
    public static string SubmitScript(string script)
    {
        string later = $"The script is {script}: give it to '{Submit}' where it can be.";
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(Submit)
            {
                ArgumentList = { script }, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();

            // "Submitted batch job 12"
            return process.ExitCode == 0
                ? output.Split(' ')[^1]
                : throw new RunException($"Slurm refused the sweep: {error.GetAwaiter().GetResult().Trim()} {later}");
        }
        catch (Win32Exception)
        {
            throw new RunException($"There is no '{Submit}' on this machine, so Slurm is not installed. {later}");
        }
    }
}
