using System.Text.Json.Nodes;
using Lethe.Cli;

namespace Lethe.Tests;

/// <summary>Runs the command line within the test's process.</summary>
internal sealed record CommandLine(int ExitCode, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output)!;

    public static async Task<CommandLine> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await Application.RunAsync(arguments, new Terminal(output, error, errorIsTerminal: false));
        return new CommandLine(exitCode, output.ToString(), error.ToString());
    }
}
