using Lethe.Data;
using Lethe.Runs;
using Lethe.Workflow;

namespace Lethe.Tests.Results;

/// <summary>A made-up map whose points lie where a test expects them.</summary>
internal static class MapSamples
{
    public const string Hostile = "</script><script>alert(1)</script>]]>&'\"<b>";

    /// <summary>
    /// Images 0, 1, 2, … of two classes in turn, the first half trained on. Untrained they lie in one row; before, class 0 on the left and
    /// class 1 on the right; after UMM the other way round.
    /// </summary>
    public static ImageMap Map(int count = 60, string? name = null) => new("00ff", count / 2, [.. Enumerable.Range(0, count).Select(i =>
        i == 3 && name is not null ? name : $"images/{i:00}.png")], Thumbnails.Of(count, i => Plain(i)))
    {
        Classes = ["cat", name ?? "dog"],
        Labels = MapNumbers.Whole(Enumerable.Range(0, count).Select(i => i % 2)),
        Columns = [new("brightness", "how bright", MapNumbers.Single(Enumerable.Range(0, count).Select(i => i / (float)count)))],
        Copies = [[0, count - 2]],
        PixelAgreement = 0.25,
        States =
        [
            State(EvaluationStage.Untrained, count, i => (i / (float)count, 0.5f)),
            State(EvaluationStage.Before, count, i => ((i % 2 == 0 ? 0 : 0.7f) + (0.3f * i / count), i * 7 % count / (float)count)),
            State(EvaluationStage.Umm, count, i => ((i % 2 == 1 ? 0 : 0.7f) + (0.3f * i / count), i * 7 % count / (float)count)),
        ],
    };

    private static Image Plain(int i) => new(Enumerable.Repeat((byte)(4 * i), 16 * 16 * 3).ToArray(), 16, 16, 3);

    // Nearest are the next images of the same class; of image 1 those of the other one.
    private static MapState State(EvaluationStage stage, int count, Func<int, (float X, float Y)> at) => new(
        stage, $"weights of {stage}",
        [
            .. new[] { "stem", "layer4" }.Select(layer =>
            {
                float[,] points = new float[count, 2];
                for (int i = 0; i < count; i++)
                    (points[i, 0], points[i, 1]) = at(i);
                return new MapLayer(
                    layer, 16, 10,
                    MapNumbers.Whole(
                        from i in Enumerable.Range(0, count)
                        from j in Enumerable.Range(1, 10)
                        select (i + (2 * j) + (i == 1 ? 1 : 0)) % count),
                    MapNumbers.Distances(Enumerable.Range(0, count).Select(i => i / (double)count)),
                    [new(MapPicture.Components, MapNumbers.Points(points), 0.9) { Explained = 0.4 }]);
            }),
        ])
    {
        Undo = stage == EvaluationStage.Umm ? "default" : null,
    };
}
