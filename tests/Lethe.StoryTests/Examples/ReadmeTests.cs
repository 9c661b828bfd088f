using System.Text.RegularExpressions;
using Lethe.Samples;

namespace Lethe.Tests.Examples;

public partial class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void Readme_Program_IsTheCompiledExample()
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Lethe.Samples", $"{nameof(EmbedExample)}.cs"));
        string[] compiled =
        [
            .. Statements(
                source[source.IndexOf("// example", StringComparison.Ordinal)..source.IndexOf("// end", StringComparison.Ordinal)]).Skip(1),
        ];
        string program = Block().Match(Readme).Groups[1].Value;
        Assert.NotEmpty(compiled);
        Assert.Equal(compiled, Statements(program).Where(line => !line.StartsWith("using Lethe", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Readme_EachCommand_IsUnderstood()
    {
        string[] commands =
            [
                .. Readme.Split('\n').Select(line => Command().Match(line)).Where(match => match.Success).Select(
                    match => match.Groups[1].Value),
            ];
        Assert.True(commands.Length >= 10);
        foreach (string command in commands)
        {
            string[] words = command.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

            // With --help nothing is done, but an unknown verb or flag is still an error.
            string[] flags = [.. words.Where(word => word.StartsWith("--", StringComparison.Ordinal))];
            CommandLine help = await CommandLine.RunAsync(words[0], "--help", "all");
            Assert.Equal(0, help.ExitCode);
            Assert.All(flags, flag => Assert.Contains(flag, help.Output, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Statements(string text) =>
        text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^lethe (.+)$")]
    private static partial Regex Command();
}
