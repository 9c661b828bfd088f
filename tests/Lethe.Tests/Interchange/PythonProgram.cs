using System.ComponentModel;
using System.Diagnostics;

namespace Lethe.Tests.Interchange;

/// <summary>Runs a program of Python's where there is a Python with certain modules, as Debian's has; a test is skipped elsewhere.</summary>
internal static class PythonProgram
{
    private const int Missing = 77;

    /// <summary>Runs a program, which must end well.</summary>
    /// <param name="modules">What it imports; the test is skipped where they are missing.</param>
    /// <param name="program">Its text.</param>
    /// <param name="arguments">What it finds in sys.argv from 1 on.</param>
    /// <returns>What it printed.</returns>
    public static string Run(string[] modules, string program, params string[] arguments)
    {
        string whole = $"""
            import sys
            try:
                import {string.Join(", ", modules)}
            except ImportError:
                sys.exit({Missing})
            {program}
            """;
        (int Code, string Output)? ended = new[] { "python3", "/usr/bin/python3" }.Select(name => Start(name, whole, arguments))
            .FirstOrDefault(result => result is { Code: not Missing });
        Assert.SkipWhen(ended is null, $"No python3 with {string.Join(", ", modules)}.");
        Assert.True(ended!.Value.Code == 0, ended.Value.Output);
        return ended.Value.Output;
    }

    private static (int Code, string Output)? Start(string python, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(python, ["-c", program, .. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            return (process.ExitCode, output.Result + error.Result);
        }
        catch (Win32Exception)
        {
            return null; // no such program
        }
    }
}
