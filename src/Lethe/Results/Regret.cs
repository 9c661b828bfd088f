using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Results;

/// <summary>
/// How good a rule for taking one evaluation of a training for the best is: by how much the one it took is below the one that hindsight
/// takes.
/// </summary>
/// <remarks>
/// Where hits are known, accuracies are of halves of the images: a rule that goes by an accuracy chooses on one half and is measured on the
/// other, then the halves change roles; hindsight chooses on the half that is measured. Without hits a rule that goes by an accuracy would
/// choose and be measured on the same images, and has no regret. Mean IoU is of other images than any rule looks at.
/// </remarks>
/// <param name="Rule">A name of <see cref="BestRule.Names"/>, <see cref="HalfWay"/> or <see cref="BestStructure"/>.</param>
/// <param name="Measure">The accuracy of the last layer by which it is judged, or mean IoU where <see cref="DenseCourse"/> has it.</param>
/// <param name="Runs">For each run that the rule could be judged in, its directory and its regret, as a fraction of the images.</param>
internal sealed record Regret(string Rule, string Measure, IReadOnlyList<(string Run, double Value)> Runs)
{
    /// <summary>The evaluation nearest to half of the training: a rule that looks at nothing, which others must beat.</summary>
    public const string HalfWay = "half-way";

    /// <summary>The highest DSE, where dense transfer was measured at every checkpoint.</summary>
    public const string BestStructure = "best-dse";

    private const string Layer = MemorisationMonitor.LastLayer, Dense = ProtocolMeasure.MeanIntersection;
    private static readonly string[] accuracies = [Diagnostics.Measure.KnnAccuracy, Diagnostics.Measure.LinearAccuracy];
    private static readonly BestRule structure = new(BestStructure, Layer, ProtocolMeasure.Structure, 1);

    /// <summary>The mean over runs; null where it could be judged in none.</summary>
    public double? Mean => Runs.Count == 0 ? null : Runs.Average(run => run.Value);

    /// <summary>The largest of any run; null where it could be judged in none.</summary>
    public double? Worst => Runs.Count == 0 ? null : Runs.Max(run => run.Value);

    /// <summary>Judges every rule over runs, whatever their options.</summary>
    /// <param name="runs">For each its directory and its measurements.</param>
    /// <returns>One for each rule and accuracy.</returns>
    public static IReadOnlyList<Regret> Of(IReadOnlyList<(string Path, IReadOnlyList<Measurement> Measurements)> runs) =>
    [
        .. from rule in BestRule.Names.Append(HalfWay).Concat(HasDense(runs) ? [BestStructure] : [])
           from measure in HasDense(runs) ? accuracies.Append(Dense) : accuracies
           select new Regret(
               rule, measure,
               [
                   .. from run in runs
                      let regret = Of(rule, measure, run.Measurements)
                      where regret is not null
                      select (run.Path, regret.Value),
               ]),
    ];

    /// <summary>Reads runs.</summary>
    /// <exception cref="LetheException">One is no pre-training, or was evaluated fewer than twice with labels.</exception>
    public static IReadOnlyList<Regret> Load(IReadOnlyList<string> paths)
    {
        (string Path, IReadOnlyList<Measurement> Measurements)[] runs =
        [
            .. from path in paths
               let run = RunDirectory.Open(path)
               select (path, (IReadOnlyList<Measurement>)[.. run.LoadMeasurements(), .. DenseCourse.Of(run.LoadEvaluation())]),
        ];
        foreach ((string path, IReadOnlyList<Measurement> measurements) in runs)
        {
            int evaluations = accuracies.Select(measure => AccuracyCourse.Of([measurements], Layer, measure).Epochs.Count).Min();
            if (evaluations < 2)
            {
                throw new RunException(
                    $"{path} has {evaluations} evaluations with accuracies of {Layer}, and between fewer than two nothing is chosen. Give "
                    + "pre-trainings on images with labels.");
            }
        }

        return Of(runs);
    }

    /// <summary>The table.</summary>
    public static Grid Grid(IReadOnlyList<Regret> regrets)
    {
        var rules = regrets.GroupBy(regret => regret.Rule).ToArray();
        string[] measures = [.. regrets.Select(regret => regret.Measure).Distinct()];
        bool blind = regrets.Any(regret => regret.Runs.Count == 0 && regret.Measure != Dense);
        (GridColumn, Func<IGrouping<string, Regret>, GridCell>)[] columns =
        [
            (new GridColumn("rule"), rule => new GridCell(rule.Key)),
            .. from measure in measures
               from column in new (string Title, Func<Regret, double?> Of)[] { ("mean", one => one.Mean), ("worst", one => one.Worst) }
               select (
                   new GridColumn(column.Title, Wording.Probe(measure)) { Name = $"{Wording.Probe(measure)} {column.Title}" },
                   (Func<IGrouping<string, Regret>, GridCell>)(rule => Points(column.Of(rule.Single(one => one.Measure == measure))))),
            (new GridColumn("runs"), rule => new GridCell($"{rule.Max(one => one.Runs.Count)}")),
        ];
        return Results.Grid.Of("Which rule picks the best epoch", 1, rules, columns) with
        {
            Notes =
            [
                $"How many points of accuracy on unseen images each rule’s epoch is below the best epoch, at {Layer}. The best epoch "
                    + "is known only in hindsight, so no rule reaches 0. Mean over runs, and the worst run.",
                $"{HalfWay} uses no measurement. A rule that does not beat it, or {BestRule.Last}, does not help.",
                .. blind ? ["Correct predictions were not recorded per image, so a rule by accuracy would be judged by the numbers "
                    + "that it chose by."]
                    : Array.Empty<string>(),
                .. measures.Contains(Dense) ? ["Mean IoU: by nearest cells, at the checkpoints where dense transfer was measured."]
                    : Array.Empty<string>(),
            ],
        };
    }

    private static bool HasDense(IEnumerable<(string Path, IReadOnlyList<Measurement> Measurements)> runs) =>
        runs.Any(run => run.Measurements.Any(one => one.Name == Dense));

    private static GridCell Points(double? regret) => new(regret is { } value ? Wording.Fixed(100 * value, 2) : GridCell.Nothing);

    private static double? Of(string rule, string measure, IReadOnlyList<Measurement> run)
    {
        AccuracyCourse course = AccuracyCourse.Of([run], Layer, measure);
        if (course.Epochs.Count < 2)
            return null;
        BestRule? chooses = rule == BestStructure ? structure : BestRule.Find(rule);
        if (measure == Dense)
            return Below(course.Mean(), chooses is { NeedsLabels: true } ? Place(chooses) : Chosen([]));
        if (course.Hits is not { } hits)
            return chooses?.NeedsLabels == true ? null : Below(course.Mean(), Chosen(course.Mean()));
        (int[] a, int[] b) = TurnRule.Halves(hits[0][0].Length);
        return (Half(a, b) + Half(b, a)) / 2;

        double? Half(int[] chosenOn, int[] measuredOn)
        {
            // A rule by the other accuracy chooses on the same half of the images.
            AccuracyCourse asked = chooses is { NeedsLabels: true } ? AccuracyCourse.Of([run], Layer, chooses.Measure) : course;
            return asked.Hits?[0][0].Length == hits[0][0].Length && asked.Epochs.SequenceEqual(course.Epochs)
                ? Below(course.Mean(measuredOn), Chosen(asked.Mean(chosenOn)))
                : null;
        }

        // The place of the evaluation that the rule takes; null where what it looks at was not measured.
        int? Chosen(double[] accuracies)
        {
            int last = course.Epochs.Count - 1;
            if (rule == BestRule.Last)
                return last;
            if (rule == HalfWay)
                return Enumerable.Range(0, last + 1).MinBy(i => Math.Abs((2 * course.Epochs[i]) - course.Epochs[^1]));
            if (chooses!.NeedsLabels)
                return Array.IndexOf(accuracies, accuracies.Max());
            return Place(chooses);
        }

        int? Place(BestRule by) =>
            by.Choose(run) is { } epoch && course.Epochs.ToList().IndexOf(epoch) is var place and >= 0 ? place : null;
    }

    private static double? Below(double[] accuracies, int? chosen) => chosen is { } place ? accuracies.Max() - accuracies[place] : null;
}
