using System.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Tests.Fuzzing;

/// <summary>Gives a parser one file after the other, and holds it to what it may do: read or refuse, in time, within bounds.</summary>
internal sealed class Trial : IDisposable
{
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(10);

    private readonly string place;
    private long began;

    /// <param name="name">The parser's name.</param>
    public Trial(string name)
    {
        // In memory, where the system has it: a disk is slower than all else here.
        string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        place = Directory.CreateDirectory(Path.Combine(folder, $"lethe-trial-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;
        Parser = Parsers.Of(name, Directory.CreateDirectory(Path.Combine(place, "seeds")).FullName);
        Input = Path.Combine(place, Parser.FileName);
    }

    public Parser Parser { get; }

    /// <summary>Where each file lies while it is read; what ends the process is left there.</summary>
    public string Input { get; }

    /// <summary>The largest share of its bound that a file took.</summary>
    public double Worst { get; private set; }

    /// <summary>How many files were read, and not refused.</summary>
    public int Read { get; private set; }

    /// <summary>Ends the process where a file is read for longer than it may, by the processor's time.</summary>
    public Timer Watch()
    {
        (long At, TimeSpan Used) last = default;
        return new Timer(_ =>
        {
            TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime;
            long at = Interlocked.Read(ref began);
            if (at != last.At)
                last = (at, used);
            else if (used - last.Used > longest)
                Environment.FailFast($"{Parser.Name}: {Input} is being read for more than {longest}");
        }, null, longest / 10, longest / 10);
    }

    /// <summary>Reads one file.</summary>
    /// <param name="bytes">What is altered, before it is wrapped.</param>
    /// <param name="what">What it is called in a message.</param>
    /// <returns>Whether it was read; else it was refused with a sentence.</returns>
    public bool Of(byte[] bytes, string what)
    {
        byte[] file = Parser.Wrap(bytes);
        File.WriteAllBytes(Input, file);
        Interlocked.Increment(ref began);
        var clock = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread(), beside = 0;
        Exception? error = null;
        try
        {
            beside = Parser.Read(Input);
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before + beside;
        Assert.True(error is null || (error is LetheException && error.Message.Length > 8), $"{Parser.Name}, {what} ({Input}): {error}");
        Assert.True(clock.Elapsed < 6 * longest, $"{Parser.Name}, {what} ({Input}) took {clock.Elapsed}");
        double share = taken / ((double)(Parser.Times * file.LongLength) + Parser.Granted + Parser.More);
        Worst = Math.Max(Worst, share);
        Assert.True(share <= 1, $"{Parser.Name}, {what} ({Input}): a file of {file.Length} bytes took {taken}");
        Read += error is null ? 1 : 0;
        return error is null;
    }

    /// <summary>Deletes the files; to be left out where one of them is to be looked at.</summary>
    public void Dispose() => Directory.Delete(place, recursive: true);
}
