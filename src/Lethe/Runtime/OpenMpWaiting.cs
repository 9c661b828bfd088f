using System.Runtime.InteropServices;

namespace Lethe.Runtime;

/// <summary>How long torch's threads spin for one another before they sleep.</summary>
internal static partial class OpenMpWaiting
{
    // Some microseconds. libgomp's own 300 000 rounds pay where cores are idle, but where another program wants them, a
    // spinning thread takes the time of the one it waits for: beside one busy program, training on two cores ran at 50
    // images a second with the default and at 250 with this; alone, at 500 with either.
    private const string Rounds = "1000";

    /// <summary>
    /// Shortens the spinning, unless the user has said how to wait. It counts only if torch is not loaded yet, because
    /// libgomp reads the environment of the process once.
    /// </summary>
    public static void Shorten()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null)
            return;
        try
        {
            // .NET's own environment is a copy that native code does not see. The last 0 keeps a value that is there.
            _ = SetNative("GOMP_SPINCOUNT", Rounds, 0);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library other than glibc: its OpenMP is not libgomp either.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
