using System.CommandLine;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Lethe.Cli;
using Lethe.Runtime;

namespace Lethe.Tests.Cli;

/// <summary>Whatever is said anywhere names options and verbs that there are.</summary>
public sealed partial class HintTests
{
    private static readonly RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));

    // Those of other programs' files and of the program's own table of other words.
    private static readonly HashSet<string> others =
        [.. Synonyms.OfFlags.Values.SelectMany(words => words), "--help", "--version"];

    [Fact]
    public void Texts_OptionsThatTheyName_Exist()
    {
        HashSet<string> known = [.. Usage.Verbs(root).SelectMany(verb => verb.Options).Select(option => option.Name), .. others];
        string[] missing =
        [
            .. Texts().SelectMany(text => Flag().Matches(text).Select(match => (Flag: match.Value, text))).Where(one => !known.Contains(one.Flag))
                .Select(one => $"{one.Flag} in: {one.text}").Distinct(),
        ];
        Assert.Empty(missing);
    }

    [Fact]
    public void Texts_VerbsThatTheyName_Exist()
    {
        HashSet<string> known = [.. root.Subcommands.Select(verb => verb.Name), "classifier"]; // the last is what its file calls itself
        string[] found = [.. Texts().SelectMany(text => VerbNamed().Matches(text).Select(match => match.Groups[1].Value)).Distinct()];
        Assert.Contains("undo", found);
        Assert.Empty(found.Except(known));
    }

    /// <summary>An option that is named with the verb before it is one of that verb.</summary>
    [Fact]
    public void Texts_OptionsBehindAVerb_AreItsOwn()
    {
        string[] wrong =
        [
            .. Texts().SelectMany(text => VerbNamed().Matches(text).SelectMany(match =>
            {
                Command? verb = root.Subcommands.FirstOrDefault(one => one.Name == match.Groups[1].Value);
                string rest = text[(match.Index + match.Length)..].Split(['\'', '.', ';', ','])[0];
                verb = verb?.Subcommands.FirstOrDefault(below => rest.StartsWith($" {below.Name} ", StringComparison.Ordinal)) ?? verb;
                return verb is null ? [] : Flag().Matches(rest).Where(flag => Usage.Find(verb, flag.Value) is null && !others.Contains(flag.Value))
                    .Select(flag => $"lethe {verb.Name} {flag.Value}: {text}");
            })),
        ];
        Assert.Empty(wrong);
    }

    // All text that is compiled into the program, and all documentation, which is the help of options.
    internal static IEnumerable<string> Texts() => new[] { typeof(LetheException), typeof(TorchRuntime), typeof(Application) }.SelectMany(type =>
        Literals(type.Assembly.Location).Concat(
            File.Exists(Path.ChangeExtension(type.Assembly.Location, ".xml")) ? File.ReadLines(Path.ChangeExtension(type.Assembly.Location, ".xml")) : []));

    private static IEnumerable<string> Literals(string assembly)
    {
        using var stream = File.OpenRead(assembly);
        using var file = new PEReader(stream);
        MetadataReader reader = file.GetMetadataReader();
        var texts = new List<string>();
        for (UserStringHandle handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = reader.GetNextHandle(handle))
            texts.Add(reader.GetUserString(handle));
        return texts;
    }

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z0-9-]*[a-z0-9]")]
    private static partial Regex Flag();

    [GeneratedRegex(@"(?:'|: |`)lethe ([a-z]+)")]
    private static partial Regex VerbNamed();
}
