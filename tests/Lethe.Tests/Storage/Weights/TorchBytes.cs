using System.Buffers.Binary;
using System.Text;

namespace Lethe.Tests.Storage.Weights;

/// <summary>Makes files of PyTorch byte by byte, also such as PyTorch would not write.</summary>
internal static class TorchBytes
{
    /// <summary>A zip file of stored records.</summary>
    public static byte[] Zip(params (string Name, byte[] Bytes)[] records)
    {
        using var file = new MemoryStream();
        using var directory = new MemoryStream();
        foreach ((string name, byte[] bytes) in records)
        {
            byte[] text = Encoding.UTF8.GetBytes(name);
            byte[] header = new byte[30];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(18), bytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(22), bytes.Length);
            BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(26), (short)text.Length);
            byte[] entry = new byte[46];
            BinaryPrimitives.WriteUInt32LittleEndian(entry, 0x02014b50);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(20), bytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(24), bytes.Length);
            BinaryPrimitives.WriteInt16LittleEndian(entry.AsSpan(28), (short)text.Length);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(42), (int)file.Position);
            directory.Write(entry);
            directory.Write(text);
            file.Write(header);
            file.Write(text);
            file.Write(bytes);
        }

        byte[] end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteInt16LittleEndian(end.AsSpan(10), (short)records.Length);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), (int)file.Position);
        file.Write(directory.ToArray());
        file.Write(end);
        return file.ToArray();
    }

    /// <summary>A file whose data.pkl is a text of opcodes, and whose storages are given by key.</summary>
    /// <param name="pickle">Latin letters are bytes.</param>
    /// <param name="storages">Key and bytes.</param>
    public static byte[] Saved(string pickle, params (string Key, byte[] Bytes)[] storages) => Zip(
        [("a/data.pkl", Encoding.Latin1.GetBytes(pickle)), .. storages.Select(storage => ($"a/data/{storage.Key}", storage.Bytes))]);

    /// <summary>Opcodes of a text.</summary>
    public static string Text(string text) => $"\u008c{(char)text.Length}{text}";

    /// <summary>Opcodes of an integer of up to eight bytes.</summary>
    public static string Integer(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return "\u008a\u0008" + Encoding.Latin1.GetString(bytes);
    }

    /// <summary>Opcodes of a tuple.</summary>
    public static string Tuple(params string[] items) => "(" + string.Concat(items) + "t";

    /// <summary>Opcodes of a tensor of a storage.</summary>
    public static string Tensor(string key, long elements, long offset, long[] size, long[] stride, string type = "FloatStorage") =>
        "ctorch._utils\n_rebuild_tensor_v2\n"
        + Tuple(
            Tuple(Text("storage"), $"ctorch\n{type}\n", Text(key), Text("cpu"), Integer(elements)) + "Q",
            Integer(offset),
            Tuple([.. size.Select(Integer)]),
            Tuple([.. stride.Select(Integer)]),
            "\u0089",
            "ccollections\nOrderedDict\n)R")
        + "R";

    /// <summary>Opcodes of a dictionary, to its end.</summary>
    public static string Dictionary(params (string Key, string Value)[] items) =>
        "\u0080\u0002}(" + string.Concat(items.Select(item => Text(item.Key) + item.Value)) + "u.";
}
