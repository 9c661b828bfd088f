using System.CommandLine;
using Lethe.Cli;
using Lethe.Samples;
using Lethe.Tests.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Tests.Examples;

/// <summary>The method of CONTRIBUTING.md; what holds of every method is tested where the others are.</summary>
[Collection<TorchCollection>]
public class AlignUniformTests
{
    [Fact]
    public void Contributing_Method_IsTheCompiledOne()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md")), fence = "```csharp\n";
        int start = text.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        string source = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Lethe.Samples", $"{nameof(AlignUniform)}.cs"));
        string[] shown = [.. Lines(text[start..text.IndexOf("```", start, StringComparison.Ordinal)])];
        Assert.True(shown.Length > 50);
        Assert.Equal(
            Lines(source).Where(
                line => !line.StartsWith("///", StringComparison.Ordinal) && !line.StartsWith("using ", StringComparison.Ordinal)
                    && !line.StartsWith("namespace ", StringComparison.Ordinal)),
            shown);
        Assert.Contains($"{nameof(AlignUniform)}.Entry,", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OfAnotherMethod_BecomeFlags()
    {
        var command = new Command("test");
        var table = new OptionTable(command, AlignUniform.Entry.DefaultOptions);
        OptionValues values = table.Read(command.Parse(["--uniformity-weight", "0.5"]));
        Assert.Equal(
            new AlignUniformOptions { UniformityWeight = 0.5 }, values.Apply((AlignUniformOptions)AlignUniform.Entry.DefaultOptions));
    }

    [Theory]
    [InlineData(2, 1UL)]
    [InlineData(5, 2UL)]
    public void Terms_RandomRows_AreTheSlowOnes(int images, ulong seed)
    {
        using var scope = NewDisposeScope();
        double[,] first = Reference.Gaussian(seed, images, 3), second = Reference.Gaussian(seed + 9, images, 3);
        (Tensor alignment, Tensor uniformity) = AlignUniform.Terms(tensor(first), tensor(second));
        double[][] x = Unit(first), y = Unit(second);
        Assert.Equal(x.Zip(y, Distance).Average(), alignment.item<double>(), 1e-12);
        Assert.Equal((Slow(x) + Slow(y)) / 2, uniformity.item<double>(), 1e-12);
    }

    [Fact]
    public void Terms_EqualAndOppositeRows_AreTheirClosedForms()
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(new double[,] { { 2, 0 }, { -1, 0 } });
        (Tensor alignment, Tensor uniformity) = AlignUniform.Terms(rows, rows);
        Assert.Equal((0, -8), (alignment.item<double>(), Math.Round(uniformity.item<double>(), 12))); // one pair at distance 2
        Assert.Equal(0, AlignUniform.Terms(ones(3, 2), ones(3, 2)).Uniformity.item<float>(), 1e-5);
        Assert.Contains(
            "at least 2",
            Assert.Throws<ArgumentException>(() => AlignUniform.Terms(ones(1, 2), ones(1, 2))).Message,
            StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    private static double[][] Unit(double[,] rows) =>
    [
        .. Enumerable.Range(0, rows.GetLength(0)).Select(i =>
        {
            double[] row = [.. Enumerable.Range(0, rows.GetLength(1)).Select(j => rows[i, j])];
            double norm = Math.Sqrt(row.Sum(value => value * value));
            return row.Select(value => value / norm).ToArray();
        }),
    ];

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();

    private static double Slow(double[][] rows) =>
        Math.Log(
            (
                from i in Enumerable.Range(0, rows.Length) from j in Enumerable.Range(i + 1, rows.Length - i - 1) select Math
                    .Exp(-2 * Distance(rows[i], rows[j]))).Average());
}
