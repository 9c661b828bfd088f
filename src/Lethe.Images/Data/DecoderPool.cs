using System.Collections.Concurrent;
using System.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Decodes image files in other processes, as many as ask at once. A file that ends such a process, or holds it up, is a file that cannot
/// be used, as any that is damaged: the process is replaced, and the work goes on.
/// </summary>
/// <param name="program">The program that <see cref="DecoderWorker"/> serves in.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="patience">How long one file may take.</param>
internal sealed class DecoderPool(string program, IReadOnlyList<string> arguments, TimeSpan patience) : IDisposable
{
    /// <summary>How long one file may take where nothing else is said.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentBag<Process> idle = [];

    /// <summary>The processes of this program; null where it decodes files itself.</summary>
    public static DecoderPool? Current { get; set; }

    /// <summary>Decodes a file.</summary>
    /// <exception cref="DataException">Why the file cannot be used, without its path.</exception>
    public DecodedFile Decode(DecoderPipe.Question question) => Ask(question, answer => DecoderPipe.Image(answer, question));

    /// <summary>Reads a header.</summary>
    /// <exception cref="DataException">Why the file cannot be used, without its path.</exception>
    public ImageHeader ReadHeader(string path) => Ask(new(Path.GetFullPath(path), 0, 0, 0), DecoderPipe.HeaderOf);

    /// <summary>Ends the processes.</summary>
    public void Dispose()
    {
        while (idle.TryTake(out Process? worker))
            End(worker);
    }

    private T Ask<T>(DecoderPipe.Question question, Func<Stream, T> read)
    {
        if (idle.TryTake(out Process? waiting))
        {
            // One that another file has harmed may die of the next: whose fault it is a fresh one tells.
            try
            {
                return Ask(waiting, question, read);
            }
            catch (DecoderEndedException)
            {
            }
        }

        try
        {
            return Ask(Start(), question, read);
        }
        catch (DecoderEndedException error)
        {
            throw new DataException($"it {error.Message}: it may be made to do harm", error);
        }
    }

    private T Ask<T>(Process worker, DecoderPipe.Question question, Func<Stream, T> read)
    {
        // 1 where it has answered, 2 where it took too long: whichever comes first.
        int state = 0;
        using var watch = new Timer(
            _ =>
            {
                if (Interlocked.CompareExchange(ref state, 2, 0) == 0)
                    worker.Kill();
            },
            null, patience, Timeout.InfiniteTimeSpan);
        try
        {
            DecoderPipe.Ask(worker.StandardInput.BaseStream, question);
            T found = read(worker.StandardOutput.BaseStream);
            Return();
            return found;
        }
        catch (DataException)
        {
            Return();
            throw;
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            string how = state == 2 ? $"held the decoder up for {(int)patience.TotalSeconds} seconds"
                : error is InvalidDataException ? "made the decoder answer what is no image" : $"ended the decoder{Exit(worker)}";
            End(worker);
            throw new DecoderEndedException(how, error);
        }

        void Return()
        {
            if (Interlocked.CompareExchange(ref state, 1, 0) == 0)
                idle.Add(worker);
            else
                End(worker);
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            Process worker = Process.Start(start)!;
            worker.ErrorDataReceived += (_, _) => { }; // a decoder's last words are of no use, and must not fill the pipe
            worker.BeginErrorReadLine();
            return worker;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new RunException($"--isolate: no process can be begun that decodes images: {error.Message}", error);
        }
    }

    private static string Exit(Process worker) => worker.WaitForExit(1000) ? $" (exit code {worker.ExitCode})" : "";

    private static void End(Process worker)
    {
        try
        {
            worker.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }

        worker.Dispose();
    }

    private sealed class DecoderEndedException(string how, Exception inner) : Exception(how, inner);
}
