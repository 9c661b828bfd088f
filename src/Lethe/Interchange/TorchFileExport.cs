using System.IO.Compression;
using System.Text;
using Lethe.Models;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>
/// Writes weights as a file of <c>torch.save</c>: a zip archive, stored, of a pickle that makes an OrderedDict of tensors and of one record
/// of bytes for each tensor. <c>torch.load</c> reads it with <c>weights_only</c> too, since it names nothing but what that allows.
/// </summary>
/// <remarks>
/// Opcodes are those of pickle's protocol 2 (Python's pickletools), the layout that of torch.serialization. Equal weights give equal
/// bytes.
/// </remarks>
internal static class TorchFileExport
{
    private const string Root = "encoder";

    // The earliest that a zip archive can say; any that is fixed serves.
    private static readonly DateTimeOffset fixedTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a file, and reads it back.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network.</param>
    /// <exception cref="Runtime.RunException">It cannot be written, or does not hold what was written.</exception>
    public static void Write(string path, ResNet network)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<(string Name, Tensor Value)> weights = StateDictExport.Of(network);
        byte[] pickle = Pickle(weights);
        AtomicFile.Write(path, stream => Write(stream, weights, pickle), written =>
        {
            using ZipArchive archive = ZipFile.OpenRead(written);
            StateDictExport.Require(path, Read(archive, "data.pkl").SequenceEqual(pickle) && weights.Index().All(
                one => Read(archive, $"data/{one.Index}").AsSpan().SequenceEqual(one.Item.Value.bytes)));
        });
    }

    private static void Write(Stream stream, IReadOnlyList<(string Name, Tensor Value)> weights, byte[] pickle)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Entry(archive, "data.pkl", pickle);
        Entry(archive, "byteorder", "little"u8);
        foreach ((int index, (_, Tensor value)) in weights.Index())
            Entry(archive, $"data/{index}", value.bytes);
        Entry(archive, "version", "3\n"u8);
    }

    private static void Entry(ZipArchive archive, string name, ReadOnlySpan<byte> bytes)
    {
        ZipArchiveEntry entry = archive.CreateEntry($"{Root}/{name}", CompressionLevel.NoCompression);
        entry.LastWriteTime = fixedTime;
        using Stream stream = entry.Open();
        stream.Write(bytes);
    }

    private static byte[] Read(ZipArchive archive, string name)
    {
        using Stream stream = archive.GetEntry($"{Root}/{name}")!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Pickle(IReadOnlyList<(string Name, Tensor Value)> weights)
    {
        using var stream = new MemoryStream();
        using var pickle = new BinaryWriter(stream);
        void Code(char code) => pickle.Write((byte)code);
        void Global(string module, string name) => pickle.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));
        void Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Code('X');
            pickle.Write(bytes.Length);
            pickle.Write(bytes);
        }

        void Whole(long value)
        {
            Code('J');
            pickle.Write(checked((int)value));
        }

        void Tuple(IEnumerable<long> values)
        {
            Code('(');
            foreach (long value in values)
                Whole(value);
            Code('t');
        }

        void Dictionary()
        {
            Global("collections", "OrderedDict");
            Code(')');
            Code('R');
        }

        pickle.Write([0x80, 2]);
        Dictionary();
        Code('(');
        foreach ((int index, (string name, Tensor value)) in weights.Index())
        {
            Text(name);
            Global("torch._utils", "_rebuild_tensor_v2");
            Code('(');

            // The storage: a persistent reference ('storage', kind, record, place, numbers).
            Code('(');
            Text("storage");
            Global("torch", value.dtype == ScalarType.Int64 ? "LongStorage" : "FloatStorage");
            Text(Invariant($"{index}"));
            Text("cpu");
            Whole(value.numel());
            Code('t');
            Code('Q');

            // Offset, shape, strides, no gradient, no hooks.
            Whole(0);
            Tuple(value.shape);
            Tuple(value.stride());
            pickle.Write((byte)0x89);
            Dictionary();
            Code('t');
            Code('R');
        }

        Code('u');
        Code('.');
        pickle.Flush();
        return stream.ToArray();
    }
}
