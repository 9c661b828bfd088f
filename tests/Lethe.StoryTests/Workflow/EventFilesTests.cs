using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Tests.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>What TensorBoard reads of a run is one point for each measurement, however often the run was interrupted.</summary>
[Collection(typeof(TorchCollection))]
public sealed class EventFilesTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    [Fact]
    public void Pretraining_KilledAndResumed_HasEachPointOnce()
    {
        RunOptions options = small.Options with
        {
            Training = small.Options.Training with { Epochs = 3 },
            Interleaving = new InterleavingOptions { UmmEvery = 1, UmmIterations = 2 },
        };
        static Inline<WorkflowProgress> KillAt(int done) => new(progress =>
        {
            if (progress.Stage == "pre-training" && progress.Done == done)
                throw new InvalidOperationException("killed");
        });
        Assert.Throws<InvalidOperationException>(() => small.Start("run", options, KillAt(5), Token));
        foreach (int done in (int[])[5, 8])
        {
            Assert.Throws<InvalidOperationException>(
                () => Pretraining.Resume(small["run"], SmallRun.Machine, progress: KillAt(done), cancellation: Token));
        }

        RunDirectory run = Pretraining.Resume(small["run"], SmallRun.Machine, cancellation: Token).Run;
        AssertEachOnce(run);
        Assert.Equal(EventFiles.Points(small.Start("whole", options, cancellation: Token).Run.TensorBoardFolder), EventFiles.Points(run.TensorBoardFolder));
    }

    [Fact]
    public void Undoing_KilledAnywhereAndResumed_HasEachPointOnce()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        foreach ((string stage, int done) in (IEnumerable<(string, int)>)[("undoing", 1), ("undoing", 3), ("control", 1), ("control", 3)])
        {
            var kill = new Inline<WorkflowProgress>(progress =>
            {
                if (progress.Stage == stage && progress.Done == done)
                    throw new InvalidOperationException("killed");
            });
            Assert.Throws<InvalidOperationException>(() => SmallRun.RunUndo(run, session, resume: true, progress: kill, cancellation: Token));
        }

        RunDirectory undo = SmallRun.RunUndo(run, session, resume: true, cancellation: Token);
        AssertEachOnce(undo);
        AssertEachOnce(undo.Control!);
    }

    [Fact]
    public void CutBack_FilesThatEndAnywhere_KeepsWhatBelongsToTheMeasurements()
    {
        RunDirectory run = small.Start("run", cancellation: Token).Run;
        IReadOnlyList<Measurement> all = run.LoadMeasurements();
        string file = Assert.Single(Directory.GetFiles(run.TensorBoardFolder));
        byte[] whole = File.ReadAllBytes(file);
        Assert.Equal(all.Count, EventFiles.CutBack(run.TensorBoardFolder, all));
        Assert.Equal(whole, File.ReadAllBytes(file));
        Assert.Equal(5, EventFiles.CutBack(run.TensorBoardFolder, all.Take(5).ToArray()));
        Assert.Equal(5, EventFiles.Points(run.TensorBoardFolder).Count);
        foreach (int length in (int[])[0, 7, 50, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(file, whole[..length]);
            int kept = EventFiles.CutBack(run.TensorBoardFolder, all);
            Assert.InRange(kept, 0, all.Count - 1);
            Assert.Equal(kept, EventFiles.Points(run.TensorBoardFolder).Count);
            File.WriteAllBytes(file, whole);
        }

        // A second file, as an interrupted run had in earlier versions, begins with points that are there already.
        File.WriteAllBytes(file + "2", whole);
        Assert.Equal(all.Count, EventFiles.CutBack(run.TensorBoardFolder, all));
        Assert.Equal(all.Count, EventFiles.Points(run.TensorBoardFolder).Count);
        Assert.Equal(0, EventFiles.CutBack(run.TensorBoardFolder, []));
        Assert.Equal(0, EventFiles.CutBack(small["none"], all));
    }

    private static void AssertEachOnce(RunDirectory run) => Assert.Equal(
        run.LoadMeasurements().Select(measurement => (EventFiles.Tag(measurement), (long)measurement.Epoch, (float)measurement.Value)),
        EventFiles.Points(run.TensorBoardFolder));
}
