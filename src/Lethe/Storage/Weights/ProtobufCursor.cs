namespace Lethe.Storage.Weights;

/// <summary>Reads a message of Protocol Buffers field by field from a file (protobuf.dev, encoding).</summary>
/// <param name="bytes">Stands at the message's first byte.</param>
/// <param name="end">One after its last byte.</param>
internal sealed class ProtobufCursor(ByteCursor bytes, long end)
{
    private int wire;

    /// <summary>The number of the field that is read.</summary>
    public int Field { get; private set; }

    /// <summary>Whether the field's value is bytes: text, a message or packed numbers.</summary>
    public bool IsBytes => wire == 2;

    /// <summary>Goes to the next field. The value of the last one must have been read or skipped.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        if (bytes.Position >= end)
            return false;
        ulong tag = Varint();
        (Field, wire) = ((int)(tag >> 3), (int)(tag & 7));
        return Field > 0 ? true : throw bytes.Damaged("a field of its protocol buffer has no number");
    }

    /// <summary>A whole number.</summary>
    public long Integer() => wire switch
    {
        0 => (long)Varint(),
        1 => bytes.ReadInt64(),
        5 => bytes.ReadInt32(),
        _ => throw bytes.Damaged($"the field {Field} of its protocol buffer is no number"),
    };

    /// <summary>A number of four bytes.</summary>
    public float Single() => wire == 5
        ? BitConverter.Int32BitsToSingle(bytes.ReadInt32())
        : throw bytes.Damaged($"the field {Field} of its protocol buffer is no number of four bytes");

    /// <summary>Where the bytes of the field end; they begin at the place of the bytes' reader.</summary>
    public long Length()
    {
        if (wire != 2)
            throw bytes.Damaged($"the field {Field} of its protocol buffer has no length");
        ulong length = Varint();
        return length <= (ulong)Math.Max(0, end - bytes.Position)
            ? (long)length
            : throw bytes.Damaged($"the field {Field} of its protocol buffer has {length} bytes and goes beyond the end of its message");
    }

    /// <summary>Numbers, packed or one alone.</summary>
    /// <param name="add">Takes each.</param>
    public void Integers(Action<long> add)
    {
        if (wire != 2)
        {
            add(Integer());
            return;
        }

        long after = Length() + bytes.Position;
        while (bytes.Position < after)
            add((long)Varint());
    }

    /// <summary>A message within.</summary>
    /// <returns>Its reader; <see cref="Leave"/> goes on after it.</returns>
    public ProtobufCursor Message()
    {
        long length = Length();
        return new ProtobufCursor(bytes, bytes.Position + length);
    }

    /// <summary>Text of at most some length.</summary>
    /// <param name="longest">Bytes; what is longer is empty.</param>
    public string Text(int longest)
    {
        long length = Length();
        if (length <= longest)
            return bytes.ReadText((int)length, System.Text.Encoding.UTF8);
        bytes.Skip(length);
        return "";
    }

    /// <summary>Goes to the end of this message.</summary>
    public void Leave() => bytes.Position = end;

    /// <summary>Skips the value of the field.</summary>
    public void Skip()
    {
        switch (wire)
        {
            case 0:
                Varint();
                break;
            case 1:
                bytes.Skip(sizeof(long));
                break;
            case 2:
                bytes.Skip(Length());
                break;
            case 5:
                bytes.Skip(sizeof(int));
                break;
            default:
                throw bytes.Damaged($"the field {Field} of its protocol buffer is of the unknown kind {wire}");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte part = bytes.Next();
            value |= shift < 64 ? (ulong)(part & 0x7f) << shift : 0;
            if (part < 0x80)
                return value;
        }

        throw bytes.Damaged("a number of its protocol buffer does not end");
    }
}
