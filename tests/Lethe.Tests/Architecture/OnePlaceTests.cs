using System.Text.RegularExpressions;
using Lethe.Diagnostics;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;
using Lethe.Reporting;

namespace Lethe.Tests.Architecture;

/// <summary>
/// To add a method, a protocol, a measure of features or a section of the report is one file and one line: nothing else in the library
/// names one.
/// </summary>
public class OnePlaceTests
{
    // Others fit and describe what these two protocols do, keep the best epoch by these two measures, and show these sections too.
    private static readonly string[] builtOn =
        ["LinearProtocol", "KnnProtocol", "EffectiveRank", "Lidar", "ReportOutcome", "ReportCurves", "ReportRepeat"];

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

    /// <summary>The classes that hold a measure of features.</summary>
    public static TheoryData<string> Measures =>
    [
        .. from type in typeof(FeatureMeasure).Assembly.GetTypes()
           where type.GetProperties().Any(property => property.PropertyType == typeof(FeatureMeasure))
           select type.Name,
    ];

    /// <summary>The classes that make the blocks of a section of the report.</summary>
    public static TheoryData<string> Sections =>
    [
        .. from type in typeof(Html).Assembly.GetTypes()
           where type.Namespace == typeof(Html).Namespace && type.Name.StartsWith("Report", StringComparison.Ordinal)
           where type.GetMethods().Any(method => method.IsStatic && method.ReturnType == typeof(IEnumerable<Html>))
           where Mentions(type.Name).Any(line => line.File == "HtmlReport.cs")
           select type.Name,
    ];

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

    // What holds two measures has two lines.
    [Theory]
    [MemberData(nameof(Measures))]
    public void AMeasure_InTheLibrary_IsOneFileAndOneLine(string name)
    {
        (string File, string Line)[] mentions = Mentions(name), lines = [.. mentions.Where(line => line.File == "FeatureMeasures.cs")];
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Matches($@"^{name}\.\w*Entry,$", line.Line));
        if (!builtOn.Contains(name))
            Assert.Equal(lines, mentions);
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void ASection_InTheLibrary_IsOneFileAndOneLine(string name)
    {
        if (!builtOn.Contains(name))
            Assert.All(Mentions(name), line => Assert.Equal("HtmlReport.cs", line.File));
    }

    /// <summary>What a measure's own file says of it reaches the record, the tables, the intervals and the diagnosis of foreign features.</summary>
    [Fact]
    public void FeatureMeasures_EachOfThem_IsShownWhereMeasuresAre()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        FeatureReport report = FeatureDiagnostics.Measure(TorchSharp.torch.rand(2, 5, 3), null, 2, 0.5);
        Assert.All(FeatureMeasures.All, measure =>
        {
            Assert.Equal(
                [measure.Flag + "-train", measure.Flag + "-held-out", measure.Flag + "-gap"],
                LayerMeasures.Choose(measure.Flag).Select(row => row.Name));
            Assert.Equal((measure.Least, measure.Most), (MeasureRange.Of(measure.Train).Least, MeasureRange.Of(measure.HeldOut).Most));
            Assert.InRange(report.Measures[measure.Name]!.Value, measure.Least, measure.Most);
        });
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
