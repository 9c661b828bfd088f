using System.Diagnostics;

namespace Lethe.Cli.Sweeps;

/// <summary>This program, to be begun once more.</summary>
internal static class OwnProgram
{
    private static readonly string assembly = Path.Combine(AppContext.BaseDirectory, "Lethe.Cli.dll");
    private static readonly string program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);

    /// <summary>What a command line begins with.</summary>
    public static IReadOnlyList<string> Line => File.Exists(program) ? [program]

        // As a tool of dotnet it has a program elsewhere, which is what runs, or none.
        : Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) != "dotnet" ? [own]
        : ["dotnet", assembly];

    /// <summary>A process of it that ends when this one does, however it does, with its state saved.</summary>
    /// <param name="arguments">The command line.</param>
    public static ProcessStartInfo Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Line[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string word in Line.Skip(1).Concat(arguments))
            start.ArgumentList.Add(word);
        start.Environment[Signals.ParentVariable] = "1";
        return start;
    }
}
