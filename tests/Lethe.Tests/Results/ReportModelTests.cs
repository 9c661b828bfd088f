using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Tests.Results;

public sealed class ReportModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_RunsThatDifferInSeedOnly_AreOneGroup()
    {
        ReportModel model = ReportModel.Of([ReportSamples.Run(1), ReportSamples.Run(2)]);
        ReportGroup group = Assert.Single(model.Groups);
        Assert.Equal("", group.Title);
        Assert.Equal(2, group.Runs.Count);
    }

    [Fact]
    public void Of_RunsThatDifferInAnOption_AreNamedByIt()
    {
        ReportRun other = ReportSamples.Run(2);
        other = other with { Manifest = other.Manifest with { Pretraining = other.Manifest.Pretraining with { MethodOptions = new SimClrOptions { Temperature = 0.2 } } } };
        Assert.Equal(
            ["A · methodOptions.temperature 0.5", "B · methodOptions.temperature 0.2"],
            ReportModel.Of([ReportSamples.Run(1), other]).Groups.Select(group => group.Title));
        Assert.Equal(
            ["A · SimCLR", "B · VICReg"],
            ReportModel.Of([ReportSamples.Run(1), ReportSamples.Run(1, method: "VICReg")]).Groups.Select(group => group.Title));
    }

    [Fact]
    public void Load_RunWithUndoAndPictures_ReadsAll()
    {
        RunDirectory run = RunDirectory.Create(folder["run"]);
        run.SaveManifest(ReportSamples.Manifest());
        run.AppendMeasurements(ReportSamples.Epochs());
        run.SaveEvaluation(ReportSamples.Evaluations(EvaluationStage.Before, 0.7, 0.6, 8));
        RunDirectory undo = RunDirectory.Create(run.UndoPath("default"));
        undo.SaveManifest(ReportSamples.Manifest(kind: RunKind.Umm));
        undo.AppendMeasurements(ReportSamples.Iterations(control: false));
        undo.SaveEvaluation(ReportSamples.Evaluations(EvaluationStage.Umm, 0.72, 0.61, 9));
        RunDirectory control = RunDirectory.Create(undo.ControlPath);
        control.SaveManifest(ReportSamples.Manifest(kind: RunKind.Control));
        control.AppendMeasurements(ReportSamples.Iterations(control: true));
        control.SaveEvaluation(ReportSamples.Evaluations(EvaluationStage.Control, 0.71, 0.6, 9));
        File.AppendAllText(control.MetricsPath, "{");
        Directory.CreateDirectory(run.PicturesFolder);
        File.WriteAllBytes(run.ViewsPicture, [1, 2, 3]);

        ReportModel model = ReportModel.Load([run.Path, run.Path + "/"]);
        ReportRun read = Assert.Single(Assert.Single(model.Groups).Runs);
        Assert.Equal(ReportSamples.Epochs(), read.Measurements);
        Assert.Equal(MemorisationMonitor.Judge(read.Measurements).Reason, model.Groups[0].Memorisation.Reason);
        Assert.Equal([1, 2, 3], read.ViewsPicture!);
        Assert.Null(read.NeighboursPicture);
        Assert.Contains("control", Assert.Single(read.Warnings), StringComparison.Ordinal);
        ReportUndo undone = Assert.Single(read.Undos);
        Assert.Equal(ReportSamples.Iterations(control: true), undone.ControlMeasurements);
        Assert.Equal(6, undone.Evaluations.Count);
        Assert.Contains("by +2.0 points linear", Verdict.Of(model.Groups[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoDirectories_IsRefused() => Assert.Throws<InvalidOptionException>(() => ReportModel.Load([]));
}
