using System.Globalization;
using Lethe.Cli;
using Lethe.Data;
using Lethe.Recognition;
using Lethe.Runtime;
using Lethe.Storage;
using SkiaSharp;

namespace Lethe.Tests.Cli;

/// <summary>Files of TensorBoard's projector, read back as it reads them.</summary>
public sealed class ProjectorFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_Embeddings_AreReadBack()
    {
        float[,] rows = { { 0.1f, -1e-8f }, { 3f, float.MaxValue }, { 0f, 1f }, { 2f, 2f } };
        string[] paths = ["cats/1.png", "cats/2\t.png", "dogs/3.png", "dogs/4.png"];
        foreach (string path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder["images/" + path])!);
            File.WriteAllText(folder["images/" + path], "");
        }

        Image Plain(byte red) => new(Enumerable.Repeat(new byte[] { red, 10, 20 }, 20 * 24).SelectMany(pixel => pixel).ToArray(), 20, 24, 3);
        ProjectorFolder.Require(folder["p"], force: false);
        ProjectorFolder.Write(
            folder["p"], new ImageEmbeddings(rows, paths), folder["images"], "layer4",
            [("cats/1.png", Plain(100)), ("cats/3-not-embedded.png", Plain(1)), ("dogs/3.png", Plain(200))]);

        float[][] read = [.. Lines("tensors.tsv").Select(line => line.Split('\t').Select(x => float.Parse(x, CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal([[0.1f, -1e-8f], [3f, float.MaxValue], [0f, 1f], [2f, 2f]], read);
        string[][] about = [.. Lines("metadata.tsv").Select(line => line.Split('\t'))];
        Assert.Equal(["path", "label", "part"], about[0]);
        Assert.Equal(["cats/1.png", "cats", ""], about[1]);
        Assert.Equal(paths, about[1..].Select(row => PathLines.Read(row[0])));
        Assert.All(about, row => Assert.Equal(3, row.Length));

        string config = string.Join(' ', Lines("projector_config.pbtxt").Select(line => line.Trim()));
        Assert.Equal(
            "embeddings { tensor_name: \"layer4\" tensor_path: \"tensors.tsv\" metadata_path: \"metadata.tsv\" sprite { image_path: \"sprite.png\" "
            + "single_image_dim: 64 single_image_dim: 64 } }", config);
        using var sprite = SKBitmap.Decode(Path.Combine(folder["p"], "sprite.png"));
        Assert.Equal((128, 128), (sprite.Width, sprite.Height));
        Assert.Equal(new SKColor(100, 10, 20), sprite.GetPixel(32, 32));
        Assert.Equal(0, sprite.GetPixel(96, 32).Alpha);
        Assert.Equal(new SKColor(200, 10, 20), sprite.GetPixel(32, 96));

        Assert.Contains("--force", Assert.Throws<RunException>(() => ProjectorFolder.Require(folder["p"], force: false)).Message, StringComparison.Ordinal);
        ProjectorFolder.Require(folder["p"], force: true);
        Assert.Throws<RunException>(() => ProjectorFolder.Require(Path.Combine(folder["p"], "tensors.tsv"), force: true));
        Assert.Throws<InvalidOptionException>(() => ProjectorFolder.Require(folder["no/where"], force: false));
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(4096, 64)]
    [InlineData(20_000, 28)]
    [InlineData(65_536, 16)]
    [InlineData(70_000, null)]
    public void Cell_OfSoMany_FitsThePicture(int count, int? cell) => Assert.Equal(cell, ProjectorFolder.Cell(count));

    private string[] Lines(string file) => File.ReadAllLines(Path.Combine(folder["p"], file));
}
