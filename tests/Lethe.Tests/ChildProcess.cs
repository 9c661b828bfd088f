using System.Diagnostics;
using System.Reflection;

namespace Lethe.Tests;

/// <summary>
/// Runs a piece of a test in a process of its own, in which nothing has happened yet: this assembly again, which does the piece before it
/// would load torch and run tests.
/// </summary>
internal static class ChildProcess
{
    private const string PieceVariable = "LETHE_TEST_PIECE";
    private const string ResultVariable = "LETHE_TEST_RESULT";

    /// <summary>What this process is for, if it is a child.</summary>
    public static string? Piece => Environment.GetEnvironmentVariable(PieceVariable);

    /// <summary>Runs a piece.</summary>
    /// <param name="piece">A static method without parameters, so that all it needs goes through the environment.</param>
    /// <param name="home">Its home and cache folders.</param>
    /// <param name="folder">A copy of this assembly's folder to run there; null for its own.</param>
    /// <param name="environment">More of its environment.</param>
    /// <returns>The lines that the piece returned, and all that its process printed.</returns>
    public static (string[] Lines, string Printed) Run(
        Func<IEnumerable<string>> piece, string home, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        string program = Path.Combine(folder ?? AppContext.BaseDirectory, "Lethe.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        string result = Path.GetTempFileName();
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string variable in new[] { "GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "LETHE_CACHE", "XDG_CACHE_HOME" })
            start.Environment.Remove(variable);
        start.Environment["HOME"] = home;
        foreach ((string variable, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[variable] = value;
        start.Environment[PieceVariable] = $"{piece.Method.DeclaringType!.FullName}/{piece.Method.Name}";
        start.Environment[ResultVariable] = result;
        try
        {
            using Process child = Process.Start(start)!;
            Task<string> output = child.StandardOutput.ReadToEndAsync(), error = child.StandardError.ReadToEndAsync();
            child.WaitForExit();
            string printed = output.Result + error.Result;
            Assert.True(child.ExitCode == 0, printed);
            return (File.ReadAllLines(result), printed);
        }
        finally
        {
            File.Delete(result);
        }
    }

    /// <summary>Does a piece and ends the process.</summary>
    /// <param name="piece">Its type and name.</param>
    public static void Do(string piece)
    {
        string[] parts = piece.Split('/');
        MethodInfo method = typeof(ChildProcess).Assembly.GetType(parts[0], throwOnError: true)!
            .GetMethod(parts[1], BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;
        File.WriteAllLines(Environment.GetEnvironmentVariable(ResultVariable)!, (IEnumerable<string>)method.Invoke(null, null)!);
        Environment.Exit(0);
    }
}
