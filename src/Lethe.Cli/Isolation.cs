using System.CommandLine;
using Lethe.Data;

namespace Lethe.Cli;

/// <summary>
/// <c>--isolate</c>: image files are decoded in processes of their own, for files from strangers. They are this program again, with a verb
/// that no help names.
/// </summary>
internal static class Isolation
{
    private const string Worker = "decode-images";

    private static readonly string[] readers = ["--data", "--data-root", "--images"];

    /// <summary>Gives a verb that reads images the flag; null for any other.</summary>
    public static Option<bool>? AddTo(Command verb)
    {
        if (!verb.Options.Any(option => readers.Contains(option.Name)))
            return null;
        var flag = new Option<bool>("--isolate")
        {
            Description = "Decode images in separate processes, for files from strangers: a file that crashes or blocks its decoder "
                + "is skipped as a bad file. Slower, with the same results bit for bit.",
        };
        verb.Options.Add(flag);
        return flag;
    }

    /// <summary>The verb of the other processes.</summary>
    public static Command Create()
    {
        var command = new Command(Worker, "Decode image files that another process asks for.") { Hidden = true };
        command.SetAction(_ =>
        {
            using Stream questions = Console.OpenStandardInput(), answers = Console.OpenStandardOutput();
            DecoderWorker.Serve(questions, answers);
            return Verb.Done;
        });
        return command;
    }

    /// <summary>Has files decoded apart, until disposed.</summary>
    public static IDisposable Begin()
    {
        // Where the runtime's own program runs this one, it needs to be told which.
        string program = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? ["exec", typeof(Isolation).Assembly.Location] : [];
        DecoderPool.Current = new DecoderPool(program, [.. self, Worker], DecoderPool.Patience);
        return new Ending();
    }

    private sealed class Ending : IDisposable
    {
        public void Dispose()
        {
            DecoderPool.Current?.Dispose();
            DecoderPool.Current = null;
        }
    }
}
