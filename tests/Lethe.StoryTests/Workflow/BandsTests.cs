using Lethe.Data;
using Lethe.Interchange;
using Lethe.Onnx;
using Lethe.Runs;
using Lethe.Tests.Data;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>A stack of 16-bit images of five bands goes the whole way: training, resuming, undo, embedding, export.</summary>
[Collection(typeof(TorchCollection))]
public sealed class BandsTests : IDisposable
{
    private const int Count = 40, Size = 16, Bands = 5;

    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Pretrain_AStackOfBands_IsEmbeddedAndExportedInItsDepth()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        string stack = WriteStack("bands.npy", DeepImages.Noise(Count * Size * Size * Bands, below: 4096));
        RunOptions options = small.Options with { Data = new DataOptions { Data = stack, Range = "percentile" } };
        Pretraining.Start(options, SmallRun.Machine, small["run"], "test", null, token);
        RunDirectory run = RunDirectory.Open(small["run"]);
        RunData data = run.LoadManifest().Data;
        Assert.Equal((Bands, "uint16"), (data.Channels, data.Samples));
        Assert.InRange(data.Range![1], 4080, 4095);

        using Encoder encoder = Encoder.Load(small["run"], SmallRun.Machine);
        float[,] rows = encoder.Embed(stack, cancellation: token);
        Assert.Equal(Count, rows.GetLength(0));
        Assert.Throws<Lethe.Runtime.DataException>(() => encoder.Embed(small.ImageFolder, cancellation: token));

        // The lower bits count.
        string cut = WriteStack("cut.npy", [.. DeepImages.Noise(Count * Size * Size * Bands, below: 4096).Select(level => (ushort)(level & ~255))]);
        Assert.NotEqual(rows, encoder.Embed(cut, cancellation: token));

        string file = small["bands.onnx"];
        Exporting.Run(run, "last", new ExportOptions(), new OnnxExportOptions(), file, SmallRun.Machine, cancellation: token);
        using OnnxEncoder exported = OnnxEncoder.Load(file, threads: 1);
        Assert.Equal((Bands, "uint16"), (exported.Channels, exported.Description.Samples));
        float[,] found = exported.Embed(stack, token);
        float largest = rows.Cast<float>().Max(Math.Abs);
        Assert.InRange(rows.Cast<float>().Zip(found.Cast<float>(), (a, b) => Math.Abs(a - b)).Max() / largest, 0, 1e-4);
        using Encoder back = Encoder.Load(file, SmallRun.Machine);
        float[,] again = back.Embed(stack, cancellation: token);
        Assert.InRange(rows.Cast<float>().Zip(again.Cast<float>(), (a, b) => Math.Abs(a - b)).Max() / largest, 0, 1e-4);
    }

    private string WriteStack(string name, ushort[] levels)
    {
        string header = $"{{'descr': '<u2', 'fortran_order': False, 'shape': ({Count}, {Size}, {Size}, {Bands}), }}".PadRight(117) + "\n";
        byte[] bytes = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. DeepImages.Bytes(levels)];
        File.WriteAllBytes(small[name], bytes);
        return small[name];
    }
}
