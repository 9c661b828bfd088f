using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Umm;

namespace Lethe.Tests.Results;

/// <summary>Small made-up runs whose numbers follow simple formulas, so that a report of them never changes by itself.</summary>
internal static class ReportSamples
{
    public static readonly string[] Layers = ["stem", "layer2", "layer4", "projector"];

    public static RunManifest Manifest(ulong seed = 1, RunKind kind = RunKind.Pretrain, string method = "SimCLR") => new()
    {
        ToolVersion = "0.1.0",
        Kind = kind,
        Status = RunStatus.Done,
        Method = method,
        Pretraining = new RunOptions
        {
            Data = new() { Data = "embedded", ImageSize = 32 },
            Method = method.ToLowerInvariant(),
            MethodOptions = MethodRegistry.Find(method.ToLowerInvariant()).DefaultOptions,
            Training = new() { Epochs = 4, BatchSize = 128 },
            Views = new() { BlurProbability = 0 },
            Backbone = new() { Width = 16 },
            Seed = seed,
        },
        Umm = kind == RunKind.Pretrain ? null : new UmmOptions { Alpha = 0.01 },
        Seed = seed,
        Command = $"lethe {(kind == RunKind.Pretrain ? "pretrain" : "undo")} --method {method} --seed {seed} --out runs/{seed}",
        Versions = new RunVersions("10.0.0", "0.107.0", "2.10.0", "Debian 12", "two cores", 2, "cpu"),
        Data = new RunData("embedded", "00ff", 6000, 2000, 2000, 10, 32, 1, [0.25], [0.5]),
        RateSettings = [.. Layers.Select((layer, i) => new RateSetting(layer, 512, 16 << i, 0.5))],
        Timings = new RunTimings(250, 700, 0.03),
        StartedUtc = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero),
        FinishedUtc = new DateTimeOffset(2026, 2, 3, 4, 9, 16, TimeSpan.Zero),
        BestEpoch = kind == RunKind.Umm ? 2 : null,
        Notes = ["broken.png: truncated, skipped"],
    };

    public static IReadOnlyList<Measurement> Epochs(double shift = 0) =>
    [
        .. Enumerable.Range(0, 5).SelectMany(epoch => Layers.SelectMany((layer, i) => (Measurement[])
        [
            new(epoch, layer, Measure.InstanceReductionTrain, 2 + (epoch * (i + 1)) + shift),
            new(
                epoch, layer, Measure.InstanceReductionHeldOut,
                2 + (epoch * (i + 1) * (layer == "layer4" && epoch > 2 ? 0.5 : 0.9)) + shift),
            new(epoch, layer, Measure.LinearAccuracy, 0.6 + (0.02 * epoch) + (0.03 * i) + shift),
            new(epoch, layer, Measure.KnnAccuracy, 0.5 + (0.03 * epoch) + (0.03 * i) + shift),
            new(epoch, layer, Measure.MembershipAuc, layer == "layer4" ? 0.5 + (0.05 * epoch) : 0.5),
        ]).Append(new Measurement(epoch, Measure.Run, Measure.Loss, 5.0 / (1 + epoch)))),
    ];

    public static IReadOnlyList<Measurement> Iterations(bool control) =>
    [
        .. Enumerable.Range(1, 3).SelectMany(i => (Measurement[])
        [
            new(i, Measure.Run, Measure.LevelOneLoss, control ? 4.5 : 5 - (0.1 * i)),
            new(i, "layer4", Measure.BatchReduction, control ? 14 : 14 + i),
        ]),
    ];

    public static IReadOnlyList<EvaluationRecord> Evaluations(EvaluationStage stage, double linear, double knn, double reduction) =>
    [
        Probe(stage, Measure.LinearAccuracy, linear) with { ProbeCount = 2000, TestCount = 2000, Strength = 0.01 },
        Probe(stage, Measure.KnnAccuracy, knn) with { ProbeCount = 2000, TestCount = 2000, Neighbours = 20, Temperature = 0.07 },
        Probe(stage, Measure.InstanceReductionHeldOut, reduction) with { Rows = 512, Dimension = 64, EpsilonSquared = 0.5 },
    ];

    /// <summary>A probe of layer4.</summary>
    public static EvaluationRecord Probe(EvaluationStage stage, string measure, double value) =>
        new(stage, "layer4", EvaluationRecord.Probes, measure, value);

    /// <summary>
    /// A run; where <paramref name="umm"/> and <paramref name="control"/> are given, with an undo that changed both accuracies so.
    /// </summary>
    public static ReportRun Run(ulong seed = 1, double? umm = 0.05, double? control = 0.01, double shift = 0, string method = "SimCLR") =>
        new($"runs/{seed}", Manifest(seed, method: method))
    {
        Measurements = Epochs(shift),
        Evaluations =
            [
                .. Evaluations(EvaluationStage.Untrained, 0.66 + shift, 0.56 + shift, 2), .. Evaluations(
                    EvaluationStage.Before, 0.74 + shift, 0.68 + shift, 8),
            ],
        Undos = umm is null ? [] :
        [
            new ReportUndo("default", Manifest(seed, RunKind.Umm, method))
            {
                Measurements = Iterations(control: false),
                ControlMeasurements = control is null ? [] : Iterations(control: true),
                Evaluations =
                [
                    .. Evaluations(EvaluationStage.Umm, 0.74 + shift + umm.Value, 0.68 + shift + umm.Value, 11),
                    .. control is null ? [] : Evaluations(
                        EvaluationStage.Control, 0.74 + shift + control.Value, 0.68 + shift + control.Value, 9),
                ],
            },
        ],
    };

    /// <summary>
    /// The run with hits for its accuracies. Images are easy or hard in every state and under every seed, more or less, so that most of
    /// what is right in one is right in another.
    /// </summary>
    public static ReportRun WithHits(ReportRun run, string images = "cafe")
    {
        ReportUndo[] undos = [.. run.Undos.Select(undo => undo with { Evaluations = All(undo.Evaluations) })];
        return run with { Evaluations = All(run.Evaluations), Undos = undos };

        EvaluationRecord[] All(IEnumerable<EvaluationRecord> records) => [.. records.Select(WithHits)];

        EvaluationRecord WithHits(EvaluationRecord record)
        {
            if (record.TestCount is not { } count || !Wording.IsAccuracy(record.Measure))
                return record;
            int right = (int)Math.Round(record.Value * count);
            double Draw(params ReadOnlySpan<ulong> path) => new RandomStream(RandomStream.Derive(11, path)).NextDouble();
            (ulong seed, ulong state) = (run.Manifest.Seed, (ulong)record.Stage + (record.Measure == Measure.KnnAccuracy ? 9UL : 0));
            double Hardness(ulong image) => Draw(image) + (0.3 * Draw(image, seed)) + (0.1 * Draw(image, seed, state));
            double[] hardness = [.. Enumerable.Range(0, count).Select(i => Hardness((ulong)i))];
            double limit = hardness.Order().ElementAt(right);
            return record with
            {
                Value = (double)right / count, Hits = Hits.Pack([.. hardness.Select(one => one < limit)]), TestImages = images,
            };
        }
    }

    /// <summary>The run before UMM, measured with another k.</summary>
    public static ReportRun WithNeighbours(ReportRun run, int neighbours) => run with
    {
        Evaluations = [.. run.Evaluations.Select(r => r.Measure == Measure.KnnAccuracy ? r with { Neighbours = neighbours } : r)],
    };

    public static ReportGroup Group(params ReportRun[] runs) => new("", runs);
}
