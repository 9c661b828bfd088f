using Google.Protobuf;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>
/// A message of protocol buffers that is being put together: its fields in the order in which they were added, tensors among them, which
/// are not copied but go to the stream from where they lie.
/// </summary>
/// <remarks>Equal fields give equal bytes.</remarks>
internal sealed class ExportMessage
{
    /// <summary>A message that any reader takes has fewer bytes.</summary>
    public const long MaxBytes = int.MaxValue;

    private const int ChunkBytes = 1 << 26;

    private readonly List<(int Field, object Value)> parts = [];

    /// <summary>Bytes of the message, without the length that stands before it within another.</summary>
    public long Size => parts.Sum(part => part.Value is byte[] scalar ? scalar.Length : Prefix(part.Field, Length(part.Value)).Length
        + Length(part.Value));

    /// <summary>Adds a whole number.</summary>
    public ExportMessage Add(int field, long value)
    {
        byte[] bytes = new byte[CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeInt64Size(value)];
        using var coded = new CodedOutputStream(bytes);
        coded.WriteTag(field, WireFormat.WireType.Varint);
        coded.WriteInt64(value);
        parts.Add((field, bytes));
        return this;
    }

    /// <summary>Adds a text.</summary>
    public ExportMessage Add(int field, string value)
    {
        byte[] bytes = new byte[CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeStringSize(value)];
        using var coded = new CodedOutputStream(bytes);
        coded.WriteTag(field, WireFormat.WireType.LengthDelimited);
        coded.WriteString(value);
        parts.Add((field, bytes));
        return this;
    }

    /// <summary>Adds a message; what is added to that one later counts too.</summary>
    public ExportMessage Add(int field, ExportMessage value)
    {
        parts.Add((field, value));
        return this;
    }

    /// <summary>Adds the memory of a tensor as bytes.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">A contiguous tensor on the processor, which must live until the message is written.</param>
    public ExportMessage Add(int field, Tensor value)
    {
        if (!value.is_contiguous() || value.device_type != TorchSharp.DeviceType.CPU)
            throw new ArgumentException("Expected a contiguous tensor on the processor.", nameof(value));
        parts.Add((field, value));
        return this;
    }

    /// <summary>Refuses what no reader would take.</summary>
    /// <param name="bytes">The size of a message.</param>
    /// <exception cref="RunException">It is larger than <see cref="MaxBytes"/>.</exception>
    public static void RequireSize(long bytes)
    {
        if (bytes > MaxBytes)
        {
            throw new RunException(
                $"The network would take {bytes / 1_000_000} MB as an ONNX file, whose format ends at 2 GB. Use --format torchvision, "
                + "which has no such limit, or a narrower network.");
        }
    }

    /// <summary>Writes the message.</summary>
    /// <param name="stream">Takes the bytes.</param>
    /// <exception cref="RunException">It is larger than <see cref="MaxBytes"/>; nothing has been written.</exception>
    public void WriteTo(Stream stream)
    {
        RequireSize(Size);
        foreach ((int field, object value) in parts)
        {
            if (value is byte[] scalar)
            {
                stream.Write(scalar);
                continue;
            }

            stream.Write(Prefix(field, Length(value)));
            if (value is ExportMessage message)
                message.WriteTo(stream);
            else
                Copy((Tensor)value, stream);
        }
    }

    private static long Length(object value) => value is ExportMessage message ? message.Size : Bytes((Tensor)value);

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.ElementSize;

    private static byte[] Prefix(int field, long length)
    {
        int checkedLength = (int)Math.Min(length, MaxBytes);
        byte[] bytes = new byte[CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeLengthSize(checkedLength)];
        using var coded = new CodedOutputStream(bytes);
        coded.WriteTag(field, WireFormat.WireType.LengthDelimited);
        coded.WriteLength(checkedLength);
        return bytes;
    }

    private static void Copy(Tensor tensor, Stream stream)
    {
        using var scope = NewDisposeScope();
        Tensor flat = tensor.view(-1);
        long step = ChunkBytes / tensor.ElementSize;
        for (long start = 0; start < flat.numel(); start += step)
            stream.Write(flat.narrow(0, start, Math.Min(step, flat.numel() - start)).bytes);
    }
}
