using System.Text;
using System.Text.Json.Nodes;
using Lethe.Storage;
using Lethe.Tests.Diagnostics;
using Lethe.Tests.Storage;
using static TorchSharp.torch;

namespace Lethe.Tests.Cli;

/// <summary><c>lethe diagnose --features</c> on files of every kind: a value, or "–" with its reason; and advice that works.</summary>
[Collection<TorchCollection>]
public sealed class DiagnoseFeaturesTests : IDisposable
{
    private static readonly string[] measures = ["instance", "label", "alphaReq", "uniformity", "alignment", "lidar"];
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Kinds => [.. NastyFeatures.Kinds];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Diagnose_FeaturesOfAnyKind_GivesAValueOrItsReason(string kind)
    {
        using var scope = NewDisposeScope();
        foreach (long[] shape in (long[][])[[1, 1], [1, 5], [2, 3], [4, 20], [24, 3], [2, 9, 5], [3, 4, 64]])
        {
            Tensor features = NastyFeatures.Of(kind, shape, ScalarType.Float64);
            double[] values = features.contiguous().data<double>().ToArray();
            AtomicFile.Write(folder["f.npy"], file => NpyFile.Write(file, values, shape));
            File.WriteAllLines(folder["l.txt"], Enumerable.Range(0, (int)shape[^2]).Select(i => i == 0 ? "" : $"class {i % 2}"));
            foreach (string[] more in (string[][])[[], ["--labels", folder["l.txt"]]])
            {
                CommandLine result = await CommandLine.RunAsync(["diagnose", "--features", folder["f.npy"], .. more, "--json"]);
                Assert.True(result.ExitCode == 0, $"{kind} [{string.Join(", ", shape)}]: {result.Error}");
                Assert.DoesNotContain("NaN", result.Output + result.Error, StringComparison.Ordinal);
                foreach (string measure in measures)
                    Assert.True(result.Json[measure] is null == result.Json["missing"]![measure] is not null, measure);
                foreach ((string _, JsonNode? reason) in result.Json["missing"]!.AsObject())
                    Assert.Contains((string)reason!, result.Error, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("<f8", "(40L, 6L)")]
    [InlineData(">f4", "(40, 6)")]
    [InlineData("<f2", "(40, 6)")]
    [InlineData("<i4", "(40, 6)")]
    [InlineData("|u1", "(40, 6)")]
    [InlineData("|b1", "(40, 6)")]
    [InlineData("<i8", "(40, 6, 1, 1)")]
    public async Task Diagnose_AnyTypeAndHeader_IsMeasured(string type, string shape)
    {
        byte[] data = new byte[240 * (type[^1] - '0')];
        for (int i = 0; i < data.Length; i++)
            data[i] = (byte)(type[1] == 'b' ? i * i % 3 % 2 : type[1] == 'f' ? (i * 7 % 11) + 48 : i * i % 100);
        File.WriteAllBytes(folder["f.npy"], NpyFileTests.Npy(type, shape, data));
        CommandLine result = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"], "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((40, 6), ((int)result.Json["rows"]!, (int)result.Json["dimension"]!));
    }

    [Fact]
    public async Task Diagnose_LabelsOfNames_AreShownAndThoseWithoutLeftOut()
    {
        Features(8, 3);
        File.WriteAllBytes(folder["l.npy"], NpyFileTests.Npy("<U3", "(8,)", Encoding.UTF32.GetBytes("owlcatowlcatowlcatowl\0\0\0")));
        CommandLine result = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"], "--labels", folder["l.npy"], "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["cat", "owl"], result.Json["classes"]!.AsArray().Select(name => (string)name!));
        Assert.Equal((1, 7), ((int)result.Json["unlabelled"]!, (int)result.Json["label"]!["rows"]!));
        Assert.Contains("2 classes: cat, owl.", result.Error, StringComparison.Ordinal);
        Assert.Contains("1 of 8 labels are −1 or empty", result.Error, StringComparison.Ordinal);

        // As if the rows without a label were not there.
        File.WriteAllLines(folder["short.txt"], ["owl", "cat"]);
        CommandLine counts = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"], "--labels", folder["short.txt"]);
        Assert.Equal(1, counts.ExitCode);
        Assert.Contains("Expected 8 labels, one an image, found 2", counts.Error, StringComparison.Ordinal);
    }

    /// <summary>What is said to do next is done, and works.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(39)]
    public async Task Diagnose_Advice_WorksWhenFollowed(int rows)
    {
        Features(rows, 6);
        CommandLine first = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"]);
        string views = first.Error.Split("--views ")[1].Split('.')[0];
        CommandLine second = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"], "--views", views, "--json");
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.NotNull(second.Json["instance"]);
        Assert.Contains("With labels, one for each image", second.Error, StringComparison.Ordinal);
        File.WriteAllLines(folder["l.txt"], Enumerable.Range(0, rows / int.Parse(views)).Select(i => i % 2 == 0 ? "a" : "b"));
        CommandLine third = await CommandLine.RunAsync(
            "diagnose", "--features", folder["f.npy"], "--views", views, "--labels", folder["l.txt"], "--json");
        Assert.True(third.ExitCode == 0, third.Error);
        Assert.NotNull(third.Json["label"]);
    }

    [Fact]
    public async Task Diagnose_NotANumber_NamesRowAndColumn()
    {
        double[] values = new double[12];
        values[7] = double.NaN;
        AtomicFile.Write(folder["f.npy"], file => NpyFile.Write(file, values, [4, 3]));
        CommandLine result = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("first in row 2, column 1", result.Error, StringComparison.Ordinal);
    }

    private void Features(int rows, int dimension)
    {
        using var scope = NewDisposeScope();
        double[] values = NastyFeatures.Ordinary([rows, dimension], ScalarType.Float64).data<double>().ToArray();
        AtomicFile.Write(folder["f.npy"], file => NpyFile.Write(file, values, [rows, dimension]));
    }
}
