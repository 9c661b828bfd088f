using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Interchange;
using Lethe.Tests.Methods;
using Lethe.Workflow;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class ExportingTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    [Fact]
    public void Training_WhenDone_LeavesTheEncoderOfEachStateBesideItsCheckpoint()
    {
        using var scope = NewDisposeScope();
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        RunDirectory undo = SmallRun.RunUndo(run, session, cancellation: Token);
        foreach ((RunDirectory part, string stage) in new[] { (run, "before"), (undo, "umm"), (undo.Control!, "control") })
        {
            using SslMethod method = session.CreateMethod();
            TrainingStateOf(part, method, out double epoch);
            using SafetensorsFile file = Safetensors.Read(part.EncoderPath);
            Assert.Equal(Tiny.Bits(method.Backbone), Tiny.Bits(file.Tensors));
            string json = Assert.Single(file.Metadata).Value;
            Assert.Contains($"\"stage\":\"{stage}\"", json, StringComparison.Ordinal);
            Assert.Contains(FormattableString.Invariant($"\"epoch\":{epoch}"), json, StringComparison.Ordinal);
            Assert.Contains($"\"fingerprint\":\"{session.Data.Fingerprint}\"", json, StringComparison.Ordinal);
            Assert.Contains("\"layer\":\"layer4\"", json, StringComparison.Ordinal);
        }

        byte[] first = File.ReadAllBytes(run.EncoderPath);
        Assert.Equal(first, File.ReadAllBytes(small.Start("again", cancellation: Token).Run.EncoderPath));
    }

    [Fact]
    public void Training_Interrupted_LeavesNoEncoderUntilItIsDone()
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => small.Start(
            "run", progress: SmallRun.CancelWhen(stop, progress => progress.Stage == "pre-training" && progress.Done == 2),
            cancellation: stop.Token));
        string encoder = RunDirectory.Open(small["run"]).EncoderPath;
        Assert.False(File.Exists(encoder));
        Pretraining.Resume(small["run"], SmallRun.Machine, cancellation: Token);
        Assert.True(File.Exists(encoder));
    }

    [Fact]
    public void Run_EachStateAndLayer_GivesWhatTheEncoderEmbeds()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        RunDirectory undo = SmallRun.RunUndo(run, session, cancellation: Token);
        foreach ((RunDirectory part, string layer) in new[] { (run, "layer4"), (undo, "projector"), (undo.Control!, "stem") })
        {
            string path = small[$"{layer}.onnx"];
            ExportResult result = Exporting.Run(
                part, "last", new ExportOptions(), new OnnxExportOptions { Layer = layer, Input = "bytes" }, path, SmallRun.Machine,
                cancellation: Token);
            Assert.Equal($"images of {small.ImageFolder}", result.ImagesFrom);
            Assert.True(result.Images is > 10 and <= 64);
            float[,] expected;
            using (Encoder encoder = Encoder.Load(part.Path, SmallRun.Machine, layer))
                expected = encoder.Embed(session.Data.Test, cancellation: Token);
            using var inference = new InferenceSession(path);
            byte[] bytes = [.. Enumerable.Range(0, session.Data.Test.Count).SelectMany(i => session.Data.Test[i].Pixels.ToArray())];
            using OrtValue given = OrtValue.CreateTensorValueFromMemory(bytes, [session.Data.Test.Count, 16, 16, 3]);
            using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> found = inference.Run(
                options, [OnnxExport.Images], [given], [OnnxExport.Embedding]);
            float largest = expected.Cast<float>().Max(Math.Abs);
            Assert.All(
                expected.Cast<float>().Zip(found[0].GetTensorDataAsSpan<float>().ToArray()),
                pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / largest, 0, 1e-5f));
        }
    }

    [Fact]
    public void Run_Whitened_GivesTheRunsTrainingImagesCovarianceI()
    {
        (RunDirectory run, _) = small.Start("run", cancellation: Token);
        ExportResult result = Exporting.Run(
            run, "last", new ExportOptions(), new OnnxExportOptions { Whiten = true, WhitenEpsilon = 0.01 }, null, SmallRun.Machine, cancellation: Token);
        Assert.Equal(Path.Combine(run.Path, "encoder.onnx"), result.Path);
        Assert.Equal("the run's training images", result.ImagesFrom);
        Assert.InRange(Assert.Single(result.Outputs).Error, 0, 1e-5);
    }

    [Fact]
    public void Run_ImagesThatAreGone_IsVerifiedOnTheEmbeddedOnesAndSaysSo()
    {
        (RunDirectory run, _) = small.Start("run", cancellation: Token);
        Directory.Delete(small.ImageFolder, recursive: true);
        ExportResult result = Exporting.Run(run, "last", new ExportOptions(), new OnnxExportOptions(), null, SmallRun.Machine, cancellation: Token);
        Assert.StartsWith("the embedded images, since those of", result.ImagesFrom, StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => Exporting.Run(
            run, "last", new ExportOptions(), new OnnxExportOptions { Whiten = true }, small["w.onnx"], SmallRun.Machine,
            cancellation: Token));
    }

    [Fact]
    public void Place_WhatCannotBeWritten_IsSaidBeforeAnyWork()
    {
        string Message<T>(string path, ExportOptions options)
            where T : LetheException => Assert.Throws<T>(() => Exporting.Place(path, options)).Message;
        var timm = new ExportOptions { Format = ExportOptions.Timm };
        Assert.Contains("ends in .onnx", Message<InvalidOptionException>(small["a.bin"], new()), StringComparison.Ordinal);
        Assert.Contains(
            ".pth or .safetensors", Message<InvalidOptionException>(small["a.onnx"], new() { Format = "torchvision" }), StringComparison.Ordinal);
        Assert.Contains("does not exist", Message<InvalidOptionException>(small["no/a.onnx"], new()), StringComparison.Ordinal);
        File.WriteAllText(small["a.onnx"], "");
        Assert.Contains("--force", Message<RunException>(small["a.onnx"], new()), StringComparison.Ordinal);
        Assert.Equal(small["a.onnx"], Exporting.Place(small["a.onnx"], new() { Force = true }));
        Assert.Contains("is a file", Message<RunException>(small["a.onnx"], timm), StringComparison.Ordinal);
        Assert.Contains("'class0', which no export writes", Message<RunException>(
            small.ImageFolder, timm with { Force = true }), StringComparison.Ordinal);
        Assert.Equal(small["new"], Exporting.Place(small["new"], timm));
        Assert.Contains("belong to --format onnx", Assert.Throws<InvalidOptionException>(
            () => timm.Require(new OnnxExportOptions { Layer = "stem" }, null)).Message, StringComparison.Ordinal);
        ExportedClassifier classifier = ExportSamples.Classifier(4);
        Assert.Contains("--classifier belongs to --format onnx", Assert.Throws<InvalidOptionException>(
            () => timm.Require(new OnnxExportOptions(), classifier)).Message, StringComparison.Ordinal);
        Assert.Contains("found --layer all", Assert.Throws<InvalidOptionException>(
            () => new ExportOptions().Require(new OnnxExportOptions { Layer = "all" }, classifier)).Message, StringComparison.Ordinal);
    }

    private static void TrainingStateOf(RunDirectory part, SslMethod method, out double epoch) =>
        epoch = part.Checkpoints.Load(method).Epoch;
}
