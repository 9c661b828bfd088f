using System.Text;
using Lethe.Interchange;
using Lethe.Numerics;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Storage.Weights;
using Lethe.Tests.Interchange;
using static TorchSharp.torch;

namespace Lethe.Tests.Storage.Weights;

/// <summary>
/// Altered files of every format: each is read or refused with an error for people, takes no more memory than four times its bytes and
/// 16 MiB, and no more steps than its budget of objects and bytes allows.
/// </summary>
[Collection(typeof(TorchCollection))]
public sealed class MutantTests : IDisposable
{
    private const int Quick = 500;
    private const int Many = 100_000;

    private readonly TemporaryFolder folder = new();

    // Files in memory, where the system has them: a disk is slower than all else here.
    private readonly string? memory = Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory($"/dev/shm/lethe-mutants-{Environment.ProcessId}-{Guid.NewGuid():N}").FullName
        : null;

    public static TheoryData<string> Sources => new(
        "tiny.pth", "tiny-protocol4.pth", "tiny-stream.pth", "tiny.tar", "tiny.onnx", "safetensors", "pickle", "names of an encoder",
        "graph of an encoder");

    public void Dispose()
    {
        folder.Dispose();
        if (memory is not null)
            Directory.Delete(memory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Read_Mutants_AreReadOrRefusedWithinBounds(string source) => Run(source, Quick, 1);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Sources))]
    public void Read_ManyMutants_AreReadOrRefusedWithinBounds(string source) => Run(source, Many, 2);

    private void Run(string source, int count, ulong seed)
    {
        byte[] original = Original(source);
        string path = Path.Combine(memory ?? folder.Path, "f");
        int read = 0;
        double worst = 0;
        for (int i = 0; i < count; i++)
        {
            var random = new RandomStream(RandomStream.Derive(seed, (ulong)i));
            byte[] mutant = i == 0 ? original : Mutants.Of(original, ref random, source is "names of an encoder" or "graph of an encoder");
            byte[] bytes = source == "pickle" ? TorchBytes.Zip(("a/data.pkl", mutant), ("a/data/0", new byte[96])) : mutant;
            File.WriteAllBytes(path, bytes);
            (bool wasRead, long taken) = Read(path, source, i);
            read += wasRead ? 1 : 0;
            double share = taken / ((4.0 * bytes.Length) + (16 << 20));
            worst = Math.Max(worst, share);
            Assert.True(share <= 1, $"mutant {i} of {source}: {bytes.Length} bytes took {taken}");
            if (i == 0)
                Assert.True(wasRead, $"{source} itself is not read");
        }

        TestContext.Current.SendDiagnosticMessage(
            "{0}: {1} of {2} mutants were read, the others refused; memory at most {3:p1} of the bound", source, read, count, worst);
    }

    private static (bool Read, long Taken) Read(string path, string source, int mutant)
    {
        using var scope = NewDisposeScope();
        long before = GC.GetAllocatedBytesForCurrentThread(), tensors = 0;
        bool read = false;
        try
        {
            if (source.EndsWith("encoder", StringComparison.Ordinal))
            {
                using ForeignEncoder encoder = ForeignEncoder.Read(path, new ForeignOptions());
                tensors = encoder.Weights.Values.Concat(encoder.Rest.Values).Sum(Bytes);
            }
            else
            {
                using WeightFile file = WeightReader.Open(path);
                foreach (StoredTensor tensor in file.Tensors.Where(tensor => tensor.Kind is not null))
                    tensors += Bytes(file.Load(tensor));
            }

            read = true;
        }
        catch (LetheException error)
        {
            Assert.True(error.Message.Length > 20, error.Message);
        }
        catch (Exception error) when (error is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"mutant {mutant} of {source} ({path})", error);
        }

        return (read, GC.GetAllocatedBytesForCurrentThread() - before + tensors);
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.ElementSize;

    private byte[] Original(string source)
    {
        using var scope = NewDisposeScope();
        switch (source)
        {
            case "safetensors":
                Safetensors.Write(folder["s"], new Dictionary<string, Tensor>
                {
                    ["conv1.weight"] = ones(2, 1, 3, 3), ["bn1.weight"] = ones(2), ["steps"] = tensor(7L),
                    ["half"] = ones(3).to(ScalarType.Float16),
                }, new Dictionary<string, string> { ["format"] = "pt" });
                return File.ReadAllBytes(folder["s"]);
            case "names of an encoder":
                Safetensors.Write(folder["s"], FormulaWeights.Of(FormulaWeights.Coarse, coarse: true).ToDictionary(
                    pair => "module.encoder_q." + pair.Key, pair => pair.Value));
                return File.ReadAllBytes(folder["s"]);
            case "graph of an encoder":
                return FormulaWeights.Unpack("batch-norm.onnx");
            case "pickle":
                File.WriteAllBytes(folder["s"], File.ReadAllBytes(FormulaWeights.PathOf("tiny.pth")));
                return Encoding.Latin1.GetBytes(TorchBytes.Dictionary(
                    ("conv1.weight", TorchBytes.Tensor("0", 24, 0, [2, 1, 3, 3], [9, 9, 3, 1])),
                    ("turned", TorchBytes.Tensor("0", 24, 0, [6, 4], [1, 6])),
                    ("list", "](K\u0001K\u0002e"), ("text", TorchBytes.Text("some")),
                    ("odd", "cargparse\nNamespace\n)R}(" + TorchBytes.Text("a") + "K\u0001ub")));
            default:
                return File.ReadAllBytes(FormulaWeights.PathOf(source));
        }
    }
}
