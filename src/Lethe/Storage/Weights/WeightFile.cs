using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lethe.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Storage.Weights;

/// <summary>A file of weights that is open: what it holds, and the values of a tensor when they are asked for. Of one thread.</summary>
internal sealed class WeightFile : IDisposable
{
    private const long ChunkBytes = 1 << 26;

    private readonly FileStream stream;
    private readonly ReadBudget budget;
    private readonly Dictionary<(long Position, string Shape, string Stride, ScalarType Kind, string? File), Tensor> held = [];

    /// <summary>Takes over an open file.</summary>
    /// <param name="stream">The file; disposed with this.</param>
    /// <param name="budget">What reading it may still cost.</param>
    /// <param name="format">The format in words.</param>
    /// <param name="tensors">Where its tensors lie.</param>
    public WeightFile(FileStream stream, ReadBudget budget, string format, IReadOnlyList<StoredTensor> tensors)
    {
        this.stream = stream;
        this.budget = budget;
        Format = format;
        Tensors = tensors;
    }

    /// <summary>The format in words, as "PyTorch (zip)".</summary>
    public string Format { get; }

    /// <summary>Its tensors in the order of the file; of a name that comes twice the last one.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>What a reader has to say beside: objects that were not made, tensors of types that are not read.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Text entries that the format has beside tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The nodes of the file's graph, where it has one.</summary>
    public OnnxGraph? Graph { get; init; }

    /// <summary>Reads the values of a tensor.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>, of a type that is read.</param>
    /// <param name="type">The type to give them; null keeps theirs.</param>
    /// <returns>
    /// Contiguous, on the CPU, of the dispose scope that is open. What lies in the same place in the same way is the same tensor.
    /// </returns>
    /// <exception cref="RunException">
    /// The tensors take more memory than the file could hold, or the file is shorter than it says.
    /// </exception>
    public Tensor Load(StoredTensor tensor, ScalarType? type = null)
    {
        ScalarType kind = tensor.Kind ?? throw new ArgumentException($"{tensor.Name} is of type {tensor.Type}.", nameof(tensor));
        ScalarType wanted = type ?? kind;
        var key = (tensor.Position, tensor.ShapeWords, string.Join(',', tensor.Stride ?? []), wanted, tensor.File);
        if (held.TryGetValue(key, out Tensor? known) && !known.IsInvalid)
            return known;
        using DisposeScope scope = NewDisposeScope();
        int size = StoredTensor.SizeOf(kind);
        bool contiguous = IsContiguous(tensor);
        budget.Hold(
            tensor.Name,
            tensor.Count * StoredTensor.SizeOf(wanted),
            (wanted == kind ? 0 : tensor.Count * size) + (contiguous ? 0 : tensor.Extent * size),
            tensor.Extent * size);
        Tensor values = contiguous ? Read(tensor, tensor.Shape, kind) : Gathered(tensor, kind);
        return held[key] = values.to(wanted).MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file. Tensors that were loaded stay.</summary>
    public void Dispose() => stream.Dispose();

    private static bool IsContiguous(StoredTensor tensor)
    {
        if (tensor.Stride is null || tensor.Count == 0)
            return true;
        long step = 1;
        for (int i = tensor.Shape.Length - 1; i >= 0; step *= tensor.Shape[i--])
        {
            if (tensor.Shape[i] != 1 && tensor.Stride[i] != step)
                return false;
        }

        return true;
    }

    private Tensor Gathered(StoredTensor tensor, ScalarType kind)
    {
        using Tensor flat = Read(tensor, [(long)tensor.Extent], kind);
        return flat.as_strided(tensor.Shape, tensor.Stride!).clone().contiguous();
    }

    private Tensor Read(StoredTensor tensor, long[] shape, ScalarType kind)
    {
        Tensor values = empty(shape, kind, torch.CPU);
        using Tensor flat = values.view(-1);
        using FileStream? other = tensor.File is null ? null : WeightStream.Open(tensor.File);
        FileStream source = other ?? stream;
        int size = StoredTensor.SizeOf(kind);
        long count = flat.numel(), step = ChunkBytes / size;
        source.Position = tensor.Position;
        for (long start = 0; start < count; start += step)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(step, count - start));
            Span<byte> bytes = part.bytes;
            if (source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw new RunException(
                    $"{source.Name} ends within '{tensor.Name}'. It is truncated: download it again from its source.");
            if (tensor.BigEndian)
                Reverse(bytes, size);
        }

        return values;
    }

    private static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                Span<short> two = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(two, two);
                break;
            case 4:
                Span<int> four = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(four, four);
                break;
            case 8:
                Span<long> eight = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(eight, eight);
                break;
            default:
                break;
        }
    }
}
