using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

/// <summary>The loss on unseen images, judged again from the definition: random courses of every kind, one and several seeds.</summary>
public class LossTurnTests
{
    private static readonly MemorisationOptions options = new();

    [Fact]
    public void Of_CoursesOfEveryKind_IsTheDefinition()
    {
        var random = new Random(5);
        int turned = 0;
        for (int repetition = 0; repetition < 3000; repetition++)
        {
            int evaluations = random.Next(3, 14), seeds = random.Next(1, 3), lowest = random.Next(0, evaluations);
            double rise = random.NextDouble(), alike = random.Next(3) switch { 0 => 1.0, 1 => 0.45, _ => -0.3 };
            (double, double)[][] runs =
            [
                .. Enumerable.Range(0, seeds).Select(_ => Enumerable.Range(0, evaluations).Select(t =>
                {
                    double course = t <= lowest ? 3 - (2.0 * t / Math.Max(1, lowest)) : rise * (t - lowest) / (evaluations - lowest);
                    course += t <= lowest ? 0 : lowest == 0 ? 3 : 1;
                    double noise = random.Next(3) == 0 ? 0.3 * random.NextDouble() : 0;
                    return (course + noise, (t <= lowest ? course : (lowest == 0 ? 3 : 1) + (alike * (course - (lowest == 0 ? 3 : 1)))));
                }).ToArray()),
            ];
            LossTurn expected = Definition(runs), found = LossTurn.Of([.. runs.Select(Measured)], options);
            Assert.Equal(expected.Evaluations, found.Evaluations);
            Assert.Equal(expected.LowestEpoch, found.LowestEpoch);
            Assert.Equal(expected.Rise, found.Rise, 1e-12);
            Assert.Equal(expected.Turned, found.Turned);
            turned += found.Turned ? 1 : 0;
        }

        Assert.InRange(turned, 200, 2500);
    }

    [Fact]
    public void Of_NoEvaluationWithBoth_SaysSo()
    {
        Measurement[] unseen = [new(0, Measure.Run, Measure.LossHeldOut, 3), new(1, Measure.Run, Measure.LossHeldOut, 2)];
        Assert.Equal(new LossTurn(0, null, 0, false), LossTurn.Of([unseen], options));
        LossTurn one = LossTurn.Of([[.. unseen, new(1, Measure.Run, Measure.LossTrain, 2)]], options);
        Assert.Equal(new LossTurn(1, 1, 0, false), one);
    }

    /// <summary>What only one of two seeds has does not count, nor does what came before a resume.</summary>
    [Fact]
    public void Of_SeedsWithOtherEpochs_TakesThoseOfAll()
    {
        (double, double)[] run = [(3, 3), (1, 1), (2, 1)];
        Measurement[] first = Measured(run), second = [.. Measured(run).Where(m => m.Epoch != 2)];
        Assert.Equal(new LossTurn(2, 1, 0, false), LossTurn.Of([first, second], options));
        LossTurn again = LossTurn.Of([[.. second, new(1, Measure.Run, Measure.LossHeldOut, 4)]], options);
        Assert.Equal(new LossTurn(2, 0, 1, false), again);
    }

    private static LossTurn Definition((double Unseen, double Seen)[][] runs)
    {
        int count = runs[0].Length;
        double[] unseen = [.. Enumerable.Range(0, count).Select(t => runs.Average(run => run[t].Unseen))];
        double[] own = [.. Enumerable.Range(0, count).Select(t => unseen[t] - runs.Average(run => run[t].Seen))];
        double[] smooth = Smoothed(unseen), smoothOwn = Smoothed(own);
        smooth[0] = unseen[0];
        int lowest = 0;
        for (int t = 1; t < count; t++)
            lowest = smooth[t] < smooth[lowest] ? t : lowest;
        double least = Least(unseen);
        bool fell = false;
        for (int t = 0; t < lowest; t++)
            fell |= smooth[t] > smooth[lowest] + least;
        int up = 0;
        for (int t = count - 1; t >= 0 && smooth[t] - smooth[lowest] > least; t--)
            up++;
        double rise = smooth[count - 1] - smooth[lowest], rest = smoothOwn[count - 1] - smoothOwn[lowest];
        return new LossTurn(
            count, lowest, rise, count >= options.FewestEvaluations && fell && up >= options.Patience && rest > Least(own) && rest > rise / 2);

        static double Least(double[] curve) => Math.Max(
            options.RelativeTolerance * (curve.Max() - curve.Min()), options.NoiseTolerance * CurveNoise.Of(curve));
        static double[] Smoothed(double[] curve) => [.. CurveNoise.Medians(curve)];
    }

    private static Measurement[] Measured((double Unseen, double Seen)[] run) =>
    [
        .. run.SelectMany((losses, epoch) => new Measurement[]
        {
            new(epoch, Measure.Run, Measure.LossHeldOut, losses.Unseen), new(epoch, Measure.Run, Measure.LossTrain, losses.Seen),
        }),
    ];
}
