using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class MapDrawingTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    /// <summary>
    /// Train and probe images alone are on the map: sealed files are gone before it is drawn, test images are not among its names, and no
    /// look is counted. What an undo adds is drawn beside what was there.
    /// </summary>
    [Fact]
    public void Draw_ARunWithSealedImages_ShowsWhatMayBeChosenBy()
    {
        RunOptions options = small.Options with { Data = small.Options.Data with { SealedImages = 6 } };
        (RunDirectory run, Session session) = small.Start("run", options, cancellation: Token);
        string[] lines = File.ReadAllLines(run.DivisionPath);
        foreach (string line in lines.Where(line => line.Contains(",sealed,", StringComparison.Ordinal)))
            File.WriteAllText(Path.Combine(small.ImageFolder, line.Split(',')[0]), "no image");

        MapDrawing.Draw(run, session, 2000, null, Token);
        ImageMap map = run.LoadMap()!;
        Assert.Empty(run.LoadManifest().Looks);
        Assert.Equal([.. session.Data.Train.Paths!, .. session.Data.Probe.Paths!], map.Names);
        Assert.Equal(session.Data.Train.Count, map.Seen);
        Assert.Empty(map.Names.Intersect(session.Data.Test.Paths!));
        Assert.Equal([.. session.Data.Train.Labels!, .. session.Data.Probe.Labels!], MapNumbers.Whole(map.Labels!));
        Assert.Equal([EvaluationStage.Untrained, EvaluationStage.Before], map.States.Select(state => state.Stage));
        Assert.Equal(PixelAgreement(session), map.PixelAgreement!.Value, 1e-6);
        foreach (MapLayer layer in map.States.SelectMany(state => state.Layers))
        {
            int[] near = MapNumbers.Whole(layer.Neighbours);
            Assert.Equal(10, layer.Near);
            for (int i = 0; i < map.Count; i++)
            {
                Assert.DoesNotContain(i, near[(10 * i)..(10 * (i + 1))]);
                Assert.Equal(10, near[(10 * i)..(10 * (i + 1))].Distinct().Count());
            }

            MapPicture picture = Assert.Single(layer.Pictures); // too few images for more
            Assert.Equal(MapPicture.Components, picture.Projection);
            Assert.InRange(picture.Trustworthiness, 0.5, 1);
            Assert.InRange(picture.Explained!.Value, 0.05, 1);
        }

        DateTime written = File.GetLastWriteTimeUtc(run.MapPath());
        MapDrawing.Draw(run, session, 2000, null, Token);
        Assert.Equal(written, File.GetLastWriteTimeUtc(run.MapPath()));

        SmallRun.RunUndo(run, session, cancellation: Token);
        MapDrawing.Draw(run, session, 2000, null, Token);
        ImageMap more = run.LoadMap()!;
        Assert.Equal(
            [("Untrained", null), ("Before", null), ("Control", "undo"), ("Umm", "undo")],
            more.States.Select(state => (state.Stage.ToString(), state.Undo)));
        Assert.Equal(map.States[1].Layers[4].Pictures[0].Points, more.States[1].Layers[4].Pictures[0].Points);
        Assert.Equal(map.States[1].Layers[0].Neighbours, more.States[3].Layers[0].Neighbours); // frozen
        Assert.NotEqual(more.States[1].Weights, more.States[3].Weights);
    }

    // By the definition: cosines of the views' bytes less the mean view.
    private static double PixelAgreement(Session session)
    {
        (ImageSet images, _) = MapDrawing.Images(session.Data, 2000);
        double[][] rows = [.. Enumerable.Range(0, images.Count).Select(i =>
            ViewPreview.Plain(session.Augmenter, images[i]).Pixels.ToArray().Select(level => (double)level).ToArray())];
        double[] mean = [.. Enumerable.Range(0, rows[0].Length).Select(j => rows.Average(row => row[j]))];
        rows = [.. rows.Select(row => row.Zip(mean, (value, average) => value - average).ToArray())];
        rows = [.. rows.Select(row => row.Select(value => value / Math.Sqrt(row.Sum(one => one * one))).ToArray())];
        return Enumerable.Range(0, rows.Length).Average(i => Enumerable.Range(0, rows.Length).Where(j => j != i)
            .OrderByDescending(j => rows[i].Zip(rows[j], (a, b) => a * b).Sum()).Take(10)
            .Average(j => images.Labels![j] == images.Labels[i] ? 1.0 : 0));
    }

    [Theory]
    [InlineData(20, 12, 8)] // probe images are few
    [InlineData(8, 4, 4)]
    [InlineData(9, 5, 4)]
    [InlineData(99, 24, 8)]
    public void Images_OfSoMany_AreHalfOfEachPart(int most, int seen, int unseen)
    {
        Session session = Session.Create(small.Options, SmallRun.Machine, cancellation: Token);
        (ImageSet images, int found) = MapDrawing.Images(session.Data, most);
        Assert.Equal((seen, seen + unseen), (found, images.Count));
        Assert.Equal([.. session.Data.Train.Paths!.Take(seen), .. session.Data.Probe.Paths!.Take(unseen)], images.Paths);
    }

    [Fact]
    public void Load_ADamagedMap_NamesTheCommandThatDrawsItAgain()
    {
        RunDirectory run = small.Start("run", cancellation: Token).Run;
        File.WriteAllText(run.MapPath(), "{\"formatVersion\":1,\"names\":[\"a\"]");
        Assert.Contains(
            $"lethe report {run.Path} --map-images", Assert.Throws<RunException>(() => run.LoadMap()).Message, StringComparison.Ordinal);
        File.WriteAllText(run.MapPath(), "{\"formatVersion\":0}");
        Assert.Null(run.LoadMap());
    }

    [Fact]
    public void Points_ThereAndBack_KeepTheirShape()
    {
        float[,] points = MapNumbers.Points(MapNumbers.Points(new float[,] { { 10, 1 }, { 30, 3 }, { 20, 2 } }));
        Assert.Equal([-1, -0.1, 1, 0.1, 0, 0], points.Cast<float>().Select(value => Math.Round(value, 3)));
        Assert.Equal([0, 0.5, 2, 2], MapNumbers.Distances(MapNumbers.Distances([-1e-8, 0.5, 2, 2.1])).Select(value => Math.Round(value, 3)));
    }

    /// <summary>Noise is what compresses worst.</summary>
    [Fact]
    public void Thumbnails_OfNoise_StayBelowTheirBound()
    {
        var random = new RandomStream(1);
        byte[] pixels = [.. Enumerable.Range(0, 48 * 48 * 3).Select(_ => (byte)random.NextInt(256))];
        MapThumbnails thumbnails = Thumbnails.Of(70, _ => new Image(pixels, 48, 48, 3));
        Assert.InRange(thumbnails.Sheets.Sum(sheet => sheet.Length), 1, 70 * Thumbnails.BytesEach);
        Assert.True(thumbnails.Side < 48);
        Assert.Equal(48, Thumbnails.Of(2000, _ => new Image(new byte[48 * 48 * 3], 48, 48, 3)).Side);
        Assert.Equal(2, Thumbnails.Of(2000, _ => new Image(new byte[48 * 48 * 3], 48, 48, 3)).Sheets.Count);
    }
}
