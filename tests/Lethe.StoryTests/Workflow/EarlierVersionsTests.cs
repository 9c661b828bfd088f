using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>A run of each version (Fixtures/README.md says how it was made) is read, shown, evaluated and undone (docs/versions.md).</summary>
public sealed class EarlierVersionsTests : IDisposable
{
    private static readonly string fixtures = Path.Combine(Repository.Root, "tests", "Lethe.Tests", "Fixtures");

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Runs => [.. Directory.GetDirectories(fixtures, "run-*").Select(path => Path.GetFileName(path))];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public void Run_OfAVersion_IsReadShownEvaluatedAndUndone(string name)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(fixtures, name), "*", SearchOption.AllDirectories))
        {
            string to = folder[Path.GetRelativePath(fixtures, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        RunDirectory run = RunDirectory.Open(folder[name]);
        RunManifest manifest = run.LoadManifest();
        Assert.Equal((RunStatus.Done, $"run-{manifest.ToolVersion}"), (manifest.Status, name));
        Assert.Equal(["late"], run.Undos.Select(undo => Path.GetFileName(undo.Path)));
        EvaluationRecord[] records = [.. run.LoadEvaluation(), .. run.Undos.Single().LoadEvaluation()];
        Assert.Contains(EvaluationStage.Umm, records.Select(record => record.Stage));
        Assert.Equal([0, 1, 2], run.LoadMetrics().Measurements.Select(one => one.Epoch).Distinct());
        Assert.Contains("late", HtmlReport.Render(ReportModel.Load([run.Path])), StringComparison.Ordinal);

        Session session = Session.Open(run, SmallRun.Machine, cancellation: TestContext.Current.CancellationToken);
        RunDirectory undo = Undoing.Run(
            run, session, new UmmOptions { Iterations = 1, BatchSize = 8, EvaluateIterations = 1 }, "anew", 0, resume: false, "the test",
            cancellation: TestContext.Current.CancellationToken);
        Evaluating.Update(run, session, cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(undo.LoadEvaluation(), record => record is { Stage: EvaluationStage.Umm, Measure: Measure.KnnAccuracy });
    }

    [Fact]
    public void Runs_OfThisVersion_AreAmongThem() =>
        Assert.Contains($"run-{typeof(RunDirectory).Assembly.GetName().Version!.ToString(3)}", Runs.Select(row => row.Data));
}
