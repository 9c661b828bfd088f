using Lethe.Diagnostics;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Umm;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Tests.Workflow;

[Collection<TorchCollection>]
public sealed class RemediesTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    [Fact]
    public void Whiten_ARun_IsZcaOfItsTrainingImagesWhereverTheEncoderGoes()
    {
        (RunDirectory run, Session session) = Start();
        RunDirectory undo = Undo(run, session, new() { Remedy = "whiten", WhitenEpsilon = 0.05 });
        Assert.Equal("whiten-e0.05", Path.GetFileName(undo.Path));
        RunManifest manifest = undo.LoadManifest();
        Assert.Equal((RunKind.Umm, RunStatus.Done, 0L), (manifest.Kind, manifest.Status, undo.MetricsLength));

        // By hand: moments of the features before, and W(h − mean), with WΣW = I.
        double[][] plain = Rows(Embed(run.Path, session)), white = Rows(Embed(undo.Path, session));
        int d = plain[0].Length, n = plain.Length;
        double[] mean = [.. Enumerable.Range(0, d).Select(i => plain.Average(row => row[i]))];
        double[,] covariance = new double[d, d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
                covariance[i, j] = plain.Sum(row => (row[i] - mean[i]) * (row[j] - mean[j])) / (n - 1);
        }

        double spread = Enumerable.Range(0, d).Average(i => covariance[i, i]);
        double[,] weight = Matrix(undo, "backbone.fc.weight", d);
        double worst = 0;
        double[,] half = Product(weight, Shrunk());
        double[,] whole = Product(half, weight);
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
                worst = Math.Max(worst, Math.Abs(whole[i, j] - (i == j ? 1 : 0)));
        }

        Assert.InRange(worst, 0, 1e-3);
        double largest = white.Max(row => row.Max(Math.Abs));
        for (int row = 0; row < n; row++)
        {
            for (int i = 0; i < d; i++)
            {
                double expected = Enumerable.Range(0, d).Sum(j => weight[i, j] * (plain[row][j] - mean[j]));
                Assert.Equal(expected, white[row][i], 1e-4 * largest);
            }
        }

        // Other layers are what they were, and so is the encoder's own file what the run gives.
        foreach (string layer in (string[])["layer3", "projector"])
            Assert.Equal(Embed(run.Path, session, layer), Embed(undo.Path, session, layer));
        Assert.Equal(Embed(undo.Path, session), Embed(undo.EncoderPath, session));
        foreach (string layer in (string[])["layer4", "all"])
        {
            ExportResult result = Exporting.Run(
                undo, "last", new ExportOptions(), new OnnxExportOptions { Layer = layer }, small[$"{layer}.onnx"], SmallRun.Machine,
                cancellation: Token);
            Assert.All(result.Outputs, output => Assert.InRange(output.Error, 0, 1e-5));
            Assert.Contains(result.Outputs, output => output.Name == (layer == "all" ? "layer4" : "embedding"));
        }

        string message = Assert.Throws<InvalidOptionException>(
            () => small.Start("again", small.Options with { Init = undo.EncoderPath }, cancellation: Token)).Message;
        Assert.Contains("are whitened", message, StringComparison.Ordinal);
        Assert.Contains("are whitened", Assert.Throws<RunException>(
            () => small.Start("again", small.Options with { Init = undo.Path }, cancellation: Token)).Message, StringComparison.Ordinal);

        double[,] Shrunk()
        {
            double[,] shrunk = new double[d, d];
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                    shrunk[i, j] = (0.95 * covariance[i, j]) + (i == j ? 0.05 * spread : 0);
            }

            return shrunk;
        }
    }

    [Fact]
    public void Rewind_ToAnEpoch_HasItsLateLayersBitForBit()
    {
        (RunDirectory run, Session session) = Start();
        RunDirectory undo = Undo(run, session, new() { Remedy = "rewind", RewindEpoch = 1, Split = "layer3" });
        Assert.Equal("rewind-layer3-1", Path.GetFileName(undo.Path));
        Dictionary<string, byte[]> found = Bits(undo.Checkpoints.LastPath), last = Bits(run.Checkpoints.LastPath),
            earlier = Bits(run.Checkpoints.PathOf("epoch-00001"));
        int late = 0;
        foreach ((string name, byte[] bits) in found.Where(entry => entry.Key != "generator/torch"))
        {
            bool isLate = name.StartsWith("projector", StringComparison.Ordinal) || name.Contains("layer4", StringComparison.Ordinal);
            Assert.Equal(isLate ? earlier[name] : last[name], bits);
            late += isLate && !last[name].SequenceEqual(bits) ? 1 : 0;
        }

        Assert.True(late > 5);
        RunDirectory again = Undo(run, session, new() { Remedy = "rewind", RewindEpoch = 1, Split = "layer3", Reestimate = true });
        Dictionary<string, byte[]> estimated = Bits(again.Checkpoints.LastPath);
        string[] moved = [.. found.Where(entry => !entry.Value.SequenceEqual(estimated[entry.Key])).Select(entry => entry.Key)];
        Assert.NotEmpty(moved);
        Assert.All(moved, name => Assert.True(
            name.Contains("running_", StringComparison.Ordinal) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal)));
    }

    [Fact]
    public void Rewind_LeftOpen_TakesTheLowestHeldOutLoss()
    {
        (RunDirectory run, Session session) = Start();
        RunDirectory undo = Undo(run, session, new() { Remedy = "rewind" });
        Measurement lowest = run.LoadMeasurements().Where(m => m.Name == Measure.LossHeldOut && m.Epoch > 0).MinBy(m => m.Value)!;
        Choice choice = Assert.Single(undo.LoadManifest().Choices);
        Assert.Equal(("--rewind-epoch", $"{lowest.Epoch}"), (choice.Option, choice.Value));
        Evaluating.Update(run, session, cancellation: Token);
        Assert.Contains(
            $"rewound to epoch {lowest.Epoch}", Ablation.Of(ReportModel.Load([run.Path]))[0].Rows.Select(row => row.Label));
    }

    [Fact]
    public void Average_OverEpochs_IsTheMeanOfTheirWeights()
    {
        (RunDirectory run, Session session) = Start();
        RunDirectory undo = Undo(run, session, new() { Remedy = "average", AverageFrom = 1 });
        Dictionary<string, float[]> found = Numbers(undo.Checkpoints.LastPath), last = Numbers(run.Checkpoints.LastPath);
        Dictionary<string, float[]>[] times = [.. ((int[])[1, 2]).Select(epoch => Numbers(run.Checkpoints.PathOf($"epoch-0000{epoch}")))];
        foreach (string name in (string[])["backbone.layer4.0.conv2.weight", "backbone.layer3.0.bn1.bias"])
            Assert.All(found[name].Index(), one => Assert.Equal((float)times.Average(t => (double)t[name][one.Index]), one.Item, 1e-6f));
        Assert.Equal(last["backbone.layer2.0.conv1.weight"], found["backbone.layer2.0.conv1.weight"]);
        Assert.Equal(last["backbone.layer2.0.bn1.running_mean"], found["backbone.layer2.0.bn1.running_mean"]);
        Assert.NotEqual(last["backbone.layer4.0.bn1.running_mean"], found["backbone.layer4.0.bn1.running_mean"]);
    }

    [Fact]
    public void Continue_ForAsMuchCompute_TakesTheStepsThatUmmCosts()
    {
        (RunDirectory run, Session session) = Start();
        UmmOptions options = SmallRun.Undo with { Remedy = "continue" };
        RunDirectory undo = Undo(run, session, options);
        using SslMethod method = session.CreateMethod();
        int steps = StepCost.EqualSteps(SmallRun.Undo, method);
        Assert.True(steps > SmallRun.Undo.Iterations);
        Assert.Equal((steps, (long)steps), (undo.LoadManifest().Umm!.Iterations, undo.Checkpoints.Peek()!.Step));

        // Its first steps are the control's.
        RunDirectory umm = Undo(run, session, SmallRun.Undo);
        double[] Losses(RunDirectory part) =>
            [.. part.LoadMeasurements().Where(m => m.Name == Measure.Loss && m.Epoch is 1 or 2).OrderBy(m => m.Epoch).Select(m => m.Value)];
        Assert.Equal(Losses(umm.Control!), Losses(undo));
        Evaluating.Update(run, session, cancellation: Token);
        Entrant[] rows = [.. Ablation.Of(ReportModel.Load([run.Path]))[0].Rows];
        Assert.Equal(["before", "control", "UMM", "control, equal compute"], rows.Select(row => row.Label));
        Assert.Same(rows[1].Label, rows[3].Control!.Label);
    }

    [Fact]
    public void Remedies_DoneOrInterrupted_AreNotDoneAgainAndGoOn()
    {
        (RunDirectory run, Session session) = Start();
        UmmOptions options = new() { Remedy = "average", AverageFrom = 1, BatchSize = 8 };
        RunDirectory expected = Undo(run, session, options);
        DateTimeOffset begun = expected.LoadManifest().StartedUtc;
        Assert.Equal(begun, Undo(run, session, options).LoadManifest().StartedUtc);
        using var stop = new CancellationTokenSource();
        Assert.Throws<RunInterruptedException>(() => Undoing.Run(
            run, session, options, "other", session.Options.Seed, false, "lethe undo",
            SmallRun.CancelWhen(stop, progress => progress.Stage == "running statistics"), stop.Token));
        RunDirectory other = Undoing.Run(run, session, options, "other", session.Options.Seed, true, "lethe undo", cancellation: Token);
        Assert.Equal(Bits(expected.Checkpoints.LastPath), Bits(other.Checkpoints.LastPath));
        Assert.Equal(RunStatus.Done, other.LoadManifest().Status);
    }

    [Fact]
    public void Remedies_WithoutKeptCheckpoints_SayHowToComeByThem()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        foreach (string remedy in (string[])["rewind", "average"])
        {
            Assert.False(Remedies.IsPossible(run, remedy));
            Assert.Contains("--keep-checkpoints true", Assert.Throws<RunException>(
                () => Undo(run, session, new() { Remedy = remedy })).Message, StringComparison.Ordinal);
        }

        Assert.Empty(run.Undos);
        (run, session) = Start("kept");
        Assert.Contains("Kept are 1, 2.", Assert.Throws<InvalidOptionException>(
            () => Undo(run, session, new() { Remedy = "rewind", RewindEpoch = 7 })).Message, StringComparison.Ordinal);
        Assert.Contains("--average-from 1 or less", Assert.Throws<InvalidOptionException>(
            () => Undo(run, session, new() { Remedy = "average", AverageFrom = 2 })).Message, StringComparison.Ordinal);
    }

    private (RunDirectory Run, Session Session) Start(string name = "run") => small.Start(
        name, small.Options with { Training = small.Options.Training with { KeepCheckpoints = true } }, cancellation: Token);

    private static RunDirectory Undo(RunDirectory run, Session session, UmmOptions options) =>
        Undoing.Run(run, session, options, null, session.Options.Seed, true, "lethe undo", cancellation: Token);

    private static float[,] Embed(string path, Session session, string layer = "layer4")
    {
        using Encoder encoder = Encoder.Load(path, SmallRun.Machine, layer);
        return encoder.Embed(session.Data.Train, cancellation: Token);
    }

    private static double[][] Rows(float[,] features) =>
    [
        .. Enumerable.Range(0, features.GetLength(0)).Select(
            row => Enumerable.Range(0, features.GetLength(1)).Select(i => (double)features[row, i]).ToArray()),
    ];

    private static double[,] Matrix(RunDirectory undo, string name, int d)
    {
        float[] values = Numbers(undo.Checkpoints.LastPath)[name];
        double[,] matrix = new double[d, d];
        for (int i = 0; i < d * d; i++)
            matrix[i / d, i % d] = values[i];
        return matrix;
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        int d = a.GetLength(0);
        double[,] product = new double[d, d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
                product[i, j] = Enumerable.Range(0, d).Sum(k => a[i, k] * b[k, j]);
        }

        return product;
    }

    private static Dictionary<string, byte[]> Bits(string path)
    {
        using SafetensorsFile file = Safetensors.Read(path);
        return file.Tensors.Where(pair => !pair.Key.StartsWith("optimiser/", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value.bytes.ToArray());
    }

    private static Dictionary<string, float[]> Numbers(string path)
    {
        using SafetensorsFile file = Safetensors.Read(path);
        return file.Tensors.Where(pair => pair.Value.dtype == ScalarType.Float32)
            .ToDictionary(pair => pair.Key, pair => pair.Value.data<float>().ToArray());
    }
}
