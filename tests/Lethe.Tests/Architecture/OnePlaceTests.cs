using System.Text.RegularExpressions;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;

namespace Lethe.Tests.Architecture;

/// <summary>To add a method or a protocol is one file and one line: nothing else in the library names one.</summary>
public class OnePlaceTests
{
    // Others fit and describe what these two do.
    private static readonly string[] builtOn = ["LinearProtocol", "KnnProtocol"];

    private static readonly (string File, string Line)[] code =
    [
        .. from file in Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
           where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
           // A claim of the paper is about certain protocols; a new one is in none of them.
           where !file.Contains($"{Path.DirectorySeparatorChar}Reproduction{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
           from line in File.ReadLines(file)
           where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
           select (Path.GetFileName(file), line.Trim()),
    ];

    public static TheoryData<string> Methods => Entered<SslMethod>(MethodRegistry.All);

    public static TheoryData<string> Protocols => Entered<Protocol>(ProtocolRegistry.All);

    [Theory]
    [MemberData(nameof(Methods))]
    public void AMethod_InTheLibrary_IsOneFileAndOneLine(string name) =>
        Assert.Equal([("MethodRegistry.cs", $"{name}.Entry,")], Mentions(name));

    [Theory]
    [MemberData(nameof(Protocols))]
    public void AProtocol_InTheLibrary_IsOneFileAndOneLine(string name)
    {
        (string File, string Line)[] mentions = Mentions(name);
        (string, string) line = ("ProtocolRegistry.cs", $"{name}.Entry,");
        if (builtOn.Contains(name))
            Assert.Single(mentions, line);
        else
            Assert.Equal([line], mentions);
    }

    private static (string File, string Line)[] Mentions(string name) =>
        [.. code.Where(line => line.File != name + ".cs" && Regex.IsMatch(line.Line, $@"\b{name}\b"))];

    /// <summary>The classes of the library whose own entry is in the registry.</summary>
    private static TheoryData<string> Entered<T>(IReadOnlyCollection<object> entries)
    {
        string[] names =
        [
            .. from type in typeof(T).Assembly.GetTypes()
               where type.IsSubclassOf(typeof(T)) && entries.Contains(type.GetProperty("Entry")?.GetValue(null))
               select type.Name,
        ];
        Assert.Equal(entries.Count, names.Length);
        return [.. names];
    }
}
