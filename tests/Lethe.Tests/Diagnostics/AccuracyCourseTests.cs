using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public class AccuracyCourseTests
{
    [Fact]
    public void Of_SeedsWithOtherEvaluations_HasThoseOfAllAndTheLaterOfTwo()
    {
        List<Measurement> first = [At(0, 0.1), At(20, 0.3), At(10, 0.2), At(10, 0.25)], second = [At(20, 0.5), At(0, 0.4), At(30, 0.9)];
        AccuracyCourse course = AccuracyCourse.Of([first, second], "layer4", Measure.KnnAccuracy);
        Assert.Equal([0, 20], course.Epochs);
        Assert.Equal([[0.1, 0.3], [0.4, 0.5]], course.Values);
        Assert.Null(course.Hits);
        Assert.Equal([0.25, 0.4], course.Mean(), new Near());
        Assert.Equal([0, 10, 20], AccuracyCourse.Of([first], "layer4", Measure.KnnAccuracy).Epochs);
        Assert.Equal(0.25, AccuracyCourse.Of([first], "layer4", Measure.KnnAccuracy).Values[0][1]);
        Assert.Empty(AccuracyCourse.Of([first], "layer2", Measure.KnnAccuracy).Epochs);
        Assert.Equal([[0.3], [0.5]], course.At([20]).Values);
    }

    [Fact]
    public void Of_HitsOfOtherImages_HasNone()
    {
        bool[] few = [true, false], many = [true, false, true];
        AccuracyCourse same = Of([[few, few], [few, few]]), other = Of([[few, many]]), apart = Of([[few, few], [many, many]]);
        Assert.NotNull(same.Hits);
        Assert.Null(other.Hits);
        Assert.Null(apart.Hits);
        Assert.Null(AccuracyCourse.Of([[At(0, 0.5) with { Hits = Hits.Pack(few) }, At(10, 0.5)]], "layer4", Measure.KnnAccuracy).Hits);
    }

    [Fact]
    public void Mean_OfSomeImages_IsTheMeanOverSeedsOfTheirShare()
    {
        AccuracyCourse course = Of([[[true, true, false, false]], [[true, false, false, true]]]);
        Assert.Equal([0.75], course.Mean([0, 1]), new Near());
        Assert.Equal([0.25], course.Mean([2, 3]), new Near());
        Assert.Equal([0.5], course.Mean(), new Near());
    }

    /// <summary>The variance of a second difference that images do not explain, over 6; each number again, from the definition.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public void CommonVariance_SeedsThatMoveTogetherOrNot_IsTheDefinition(int evaluations)
    {
        var random = new Random(evaluations);
        bool[][][] seeds =
        [
            .. Enumerable.Range(0, 3).Select(seed => Enumerable.Range(0, evaluations).Select(t =>
            {
                // The first seed's images hardly move together, the others' do.
                double level = 0.5 + (seed * 0.2 * (t % 2));
                return Enumerable.Range(0, 40).Select(_ => random.NextDouble() < level).ToArray();
            }).ToArray()),
        ];
        AccuracyCourse course = Of(seeds);
        double expected = 0;
        int cut = 0;
        foreach (bool[][] hits in seeds)
        {
            double[] curve = [.. hits.Select(images => images.Average(hit => hit ? 1.0 : 0))];
            double chance = 0;
            for (int t = 1; t < evaluations - 1; t++)
            {
                double[] bends = [.. Enumerable.Range(0, 40).Select(i => One(hits[t - 1][i]) - (2 * One(hits[t][i])) + One(hits[t + 1][i]))];
                double mean = bends.Average();
                chance += bends.Sum(bend => Math.Pow(bend - mean, 2)) / 39 / 40 / (evaluations - 2);
            }

            double own = Math.Pow(CurveNoise.Of(curve), 2) - (chance / 6);
            cut += own < 0 ? 1 : 0;
            expected += Math.Max(0, own) / 3;
        }

        Assert.InRange(cut, 0, 2);
        Assert.True(expected > 0);
        Assert.Equal(expected, course.CommonVariance(), 1e-12);

        static double One(bool hit) => hit ? 1 : 0;
    }

    [Fact]
    public void CommonVariance_TwoEvaluationsOrNoHits_IsZero()
    {
        Assert.Equal(0, Of([[[true, false], [false, true]]]).CommonVariance());
        Assert.Equal(0, AccuracyCourse.Of([[At(0, 0), At(1, 1), At(2, 0)]], "layer4", Measure.KnnAccuracy).CommonVariance());
    }

    private static AccuracyCourse Of(bool[][][] seeds) => AccuracyCourse.Of(
        [
            .. seeds.Select(seed => (IReadOnlyList<Measurement>)
                [.. seed.Select((hits, t) => At(10 * t, hits.Average(hit => hit ? 1.0 : 0)) with { Hits = Hits.Pack(hits) })]),
        ],
        "layer4",
        Measure.KnnAccuracy);

    private static Measurement At(int epoch, double value) => new(epoch, "layer4", Measure.KnnAccuracy, value);

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-12;

        public int GetHashCode(double value) => 0;
    }
}
