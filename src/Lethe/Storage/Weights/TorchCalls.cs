namespace Lethe.Storage.Weights;

/// <summary>
/// The few calls of PyTorch's pickles that are understood, as functions of what they are given: dictionaries, tensors, parameters and
/// sizes. The names and the order of arguments are those of <c>torch/_utils.py</c> and <c>torch/_tensor.py</c>.
/// </summary>
internal static class TorchCalls
{
    /// <summary>The result of a call.</summary>
    /// <param name="function">What is called.</param>
    /// <param name="given">Its arguments.</param>
    /// <returns>The result; null where the call is not understood.</returns>
    public static object? Result(PickleGlobal function, object?[] given) => (function.FullName, given) switch
    {
        ("collections.OrderedDict" or "builtins.dict" or "__builtin__.dict", []) or ("collections.defaultdict", _) =>
            new PickleDictionary(),
        ("collections.OrderedDict" or "builtins.dict" or "__builtin__.dict", [List<object?> pairs]) => Dictionary(pairs),
        ("builtins.set" or "__builtin__.set" or "builtins.list" or "__builtin__.list", [List<object?> items]) => items,
        ("torch.Size" or "builtins.tuple" or "__builtin__.tuple", [object?[] items]) => items,
        ("torch.Size", [List<object?> items]) => items.ToArray(),
        (
            "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2",
            [TorchStorage storage, long offset, .. [var size, var stride, ..]]) =>
            Tensor(storage, null, offset, size, stride),
        ("torch._utils._rebuild_tensor_v3", [TorchStorage storage, long offset, var size, var stride, _, _, PickleGlobal type, ..]) =>
            Tensor(storage, type.Name, offset, size, stride),
        ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", [TorchTensor tensor, ..]) => tensor,
        ("torch.nn.parameter.Parameter" or "torch.nn.parameter.Buffer", [TorchTensor tensor, ..]) => tensor,
        ("torch._tensor._rebuild_from_type_v2" or "torch._tensor._rebuild_from_type", [PickleGlobal inner, _, object?[] around, ..])
            when inner.FullName != function.FullName => Result(inner, around),
        _ => null,
    };

    /// <summary>Names that ordinary files call and that say nothing of a file.</summary>
    /// <param name="function">What is called.</param>
    /// <returns>Whether it is one of them.</returns>
    public static bool IsOrdinary(PickleGlobal function) => function.FullName is
        "torch.device" or "_codecs.encode" or "torch.serialization._get_layout" or "collections.Counter"
        or "numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar" or "numpy.core.multiarray._reconstruct"
        or "numpy._core.multiarray._reconstruct" or "numpy.dtype" or "torch.storage._load_from_bytes";

    private static PickleDictionary? Dictionary(List<object?> pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (object? pair in pairs)
        {
            (object? Key, object? Value)? item = pair switch
            {
                object?[] { Length: 2 } tuple => (tuple[0], tuple[1]),
                List<object?> { Count: 2 } list => (list[0], list[1]),
                _ => null,
            };
            if (item is null)
                return null;
            dictionary.Items.Add(item.Value);
        }

        return dictionary;
    }

    private static TorchTensor? Tensor(TorchStorage storage, string? type, long offset, object? size, object? stride) =>
        Numbers(size) is { } shape && Numbers(stride) is { } steps ? new TorchTensor(storage, type, offset, shape, steps) : null;

    private static long[]? Numbers(object? value)
    {
        IReadOnlyList<object?>? items = value switch
        {
            object?[] tuple => tuple,
            List<object?> list => list,
            _ => null,
        };
        return items is { Count: <= 64 } && items.All(item => item is long) ? [.. items.Cast<long>()] : null;
    }
}
