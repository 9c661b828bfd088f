using System.CommandLine;
using Lethe.Cli;
using Lethe.Runtime;
using Spectre.Console;

namespace Lethe.Tests.Cli;

/// <summary>Names and settings from strangers: what they say is shown and never done, and what cannot be read is refused in time.</summary>
[Collection<TorchCollection>]
public sealed class HostileTextTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A name cannot steer the terminal, nor turn what stands behind it.</summary>
    [Theory]
    [InlineData("a\u001b[2Jb", "a\\u001b[2Jb")]
    [InlineData("a\u0007\u0001", "a\\u0007\\u0001")]
    [InlineData("gpj.\u202ecat", "gpj.\\u202ecat")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("line\nline\tü", "line\nline\tü")]
    public void Terminal_NamesThatSteer_AreShown(string text, string shown)
    {
        using var error = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, error, errorIsTerminal: false);
        terminal.Say(text);
        terminal.Progress.Report(new Lethe.Workflow.WorkflowProgress("", 0, 0, "", text));
        Assert.Equal($"{shown}{Environment.NewLine}{shown}{Environment.NewLine}", error.ToString());
        error.GetStringBuilder().Clear();
        terminal.Show(new Table().AddColumn("name").AddRow(Markup.Escape(text)));
        Assert.DoesNotContain('\u001b', error.ToString());
        Assert.DoesNotContain('\u202e', error.ToString());
    }

    /// <summary>A log on a full disk, or a closed standard error, ends no work.</summary>
    [Fact]
    public async Task StandardError_ThatCannotBeWritten_EndsNothing()
    {
        using var output = new StringWriter();
        using var broken = new BrokenWriter();
        int exitCode = await Application.RunAsync(
            ["methods", "--json"], new Terminal(output, broken, errorIsTerminal: false), TestContext.Current.CancellationToken);
        Assert.Equal(0, exitCode);
        Assert.StartsWith("{", output.ToString().TrimStart().Replace("[", "{", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(broken.Tried > 0);
    }

    /// <summary>What asks for JSON gets one document, whatever happens.</summary>
    [Theory]
    [InlineData(1, "report", "nowhere", "--json")]
    [InlineData(2, "pretrain", "--epochs", "many", "--json")]
    [InlineData(2, "pretrain", "--epochs", "-3", "--json")]
    public async Task Json_Error_IsADocument(int exitCode, params string[] arguments)
    {
        CommandLine result = await CommandLine.RunAsync(arguments);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(exitCode, (int)result.Json["exitCode"]!);
        Assert.Contains((string)result.Json["error"]!, result.Error.Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Settings => new()
    {
        { "? &x [*x]\n: 1\n", "expected 'name: value'" },
        { new string('[', 60_000), "another structure" },
        { string.Concat(Enumerable.Repeat("{a: ", 10_000)), "expected 'name: value'" },
        { string.Concat(Enumerable.Repeat("? ", 20_000)), "" },
        { new string(' ', 70_000), "larger than 65536 bytes" },
        { "a d: [1,\n2]\n", "not valid YAML" },
        { "epochs: 3\n---\nepochs: 4\n", "a second document" },
        { "epochs: &e 3\nbatch-size: *e\n", "anchors" },
        { "epochs: 3\nepochs: 4\n", "twice" },
        { "epochs: {a: 1}\n", "expected 'name: value'" },
        { "epochs: [[1]]\n", "expected 'name: value'" },
    };

    /// <summary>Files that ended the process, or hung it, as they were read by a library that builds documents.</summary>
    [Theory]
    [MemberData(nameof(Settings))]
    public void Settings_Hostile_AreRefusedInTime(string text, string said)
    {
        File.WriteAllText(folder["y.yaml"], text);
        RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));
        ParseResult parsed = root.Parse(["pretrain", "--config", folder["y.yaml"]]);
        var error = Assert.Throws<InvalidOptionException>(() => SettingsFile.Unfold(["pretrain"], parsed));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains("y.yaml", error.Message, StringComparison.Ordinal);
    }

    private sealed class BrokenWriter : StringWriter
    {
        public int Tried { get; private set; }

        public override void Write(string? value) => Fail();

        public override void WriteLine(string? value) => Fail();

        public override void Write(char[] buffer, int index, int count) => Fail();

        public override void Flush() => Fail();

        private void Fail()
        {
            Tried++;
            throw new IOException("No space left on device");
        }
    }
}
