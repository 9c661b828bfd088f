using System.Globalization;

namespace Lethe.Storage.Weights;

/// <summary>Reads the pickles of a PyTorch file and lists the tensors in what they describe.</summary>
internal sealed class TorchPickle
{
    private const int DeepestContainer = 64;

    private readonly ReadBudget budget;
    private readonly PickleReader reader;
    private readonly Dictionary<string, TorchStorage> storages = new(StringComparer.Ordinal);
    private readonly List<(TorchStorage View, TorchStorage Root, long Offset)> views = [];

    /// <summary>Creates a reader without storages.</summary>
    /// <param name="budget">What reading may cost.</param>
    public TorchPickle(ReadBudget budget)
    {
        this.budget = budget;
        reader = new PickleReader(budget, Persistent, TorchCalls.Result);
    }

    /// <summary>The storages that the pickles named, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    /// <summary>Objects that the pickles refer to by number, as the oldest format does.</summary>
    public Dictionary<string, object> Numbered { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether numbers are stored with the most significant byte first.</summary>
    public bool BigEndian { get; set; }

    /// <summary>Reads one pickle.</summary>
    /// <param name="cursor">Stands at its first byte, and after it then.</param>
    /// <returns>Its object.</returns>
    public object? Read(ByteCursor cursor) => reader.Read(cursor);

    /// <summary>The tensors within an object, once all storages have their places.</summary>
    /// <param name="root">The object.</param>
    /// <param name="cursor">For errors.</param>
    /// <returns>The tensors, each with the names of the dictionaries around it.</returns>
    public IReadOnlyList<StoredTensor> Tensors(object? root, ByteCursor cursor)
    {
        var found = new List<StoredTensor>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        Walk(root, "", "", 0);
        return found;

        // A container that is met twice, as in a circle, counts once.
        void Walk(object? value, string container, string name, int depth)
        {
            if (value is TorchTensor tensor)
            {
                Add(tensor, container, name);
                return;
            }

            if (value is null or string || depth > DeepestContainer || !seen.Add(value))
                return;
            budget.Describe(64);
            string inner = name.Length == 0 ? container : container + name + ".";
            switch (value)
            {
                case PickleDictionary dictionary:
                    foreach ((object? key, object? item) in dictionary.Items)
                        Step(item, inner, Name(key), depth);
                    break;
                case IReadOnlyList<object?> items: // lists and tuples
                    for (int i = 0; i < items.Count; i++)
                        Step(items[i], inner, i.ToString(CultureInfo.InvariantCulture), depth);
                    break;
                case PickleObject { State: PickleDictionary state }:
                    Module(state, container, name, depth);
                    break;
                default:
                    break;
            }
        }

        void Step(object? item, string container, string name, int depth)
        {
            if (item is TorchTensor or PickleDictionary or PickleObject or IReadOnlyList<object?>)
            {
                budget.Describe(96 + (4L * (container.Length + name.Length)));
                Walk(item, container, name, depth + 1);
            }
        }

        // Names of optimisers' states are numbers.
        static string Name(object? key) => key as string ?? Convert.ToString(key is long ? key : "?", CultureInfo.InvariantCulture)!;

        // A module that was saved whole has its tensors in its attributes, under names without which they would be no module's.
        void Module(PickleDictionary state, string container, string name, int depth)
        {
            string inner = name.Length == 0 ? "" : name + ".";
            foreach (string part in new[] { "_parameters", "_buffers", "_modules" })
            {
                if (state[part] is not PickleDictionary items)
                    continue;
                foreach ((object? key, object? item) in items.Items)
                    Step(item, container, inner + Name(key), depth);
            }
        }

        void Add(TorchTensor tensor, string container, string name)
        {
            budget.Describe(400 + (4L * (container.Length + name.Length)) + (32L * tensor.Shape.Length));
            string full = container + name;
            string type = tensor.TypeName ?? tensor.Storage.TypeName;
            TorchSharp.torch.ScalarType? kind = TorchStorage.KindOf(type);
            int size = StoredTensor.SizeOf(kind);
            var stored = new StoredTensor(full, type, kind, tensor.Shape, tensor.Stride, 0) { ContainerLength = container.Length };
            if (tensor.Storage.Position < 0)
                throw cursor.Damaged($"the values of '{full}' are not in it");
            if (stored.Problem(tensor.Offset, tensor.Storage.Bytes) is { } problem)
                throw cursor.Damaged(problem);
            stored = stored with { Position = tensor.Storage.Position + (tensor.Offset * size), BigEndian = BigEndian && size > 1 };
            if (places.TryGetValue(full, out int place))
            {
                found[place] = stored;
            }
            else
            {
                places[full] = found.Count;
                found.Add(stored);
            }
        }
    }

    /// <summary>What the pickles asked to call that was not done, in sentences.</summary>
    public IReadOnlyList<string> Notes()
    {
        PickleGlobal[] odd = [.. reader.Called.Where(function => !TorchCalls.IsOrdinary(function))];
        string List(Func<PickleGlobal, bool> which) => string.Join(
            ", ", odd.Where(which).Select(function => function.FullName).Order(StringComparer.Ordinal).Take(8));
        string reaching = List(function => function.ReachesOut), other = List(function => !function.ReachesOut);
        return
        [
            .. reaching.Length == 0 ? Array.Empty<string>() :
            [
                $"the file asks to call {reaching}; nothing was executed. No file of weights needs that: do not open it with other "
                + "programs "
                + "unless you trust where it is from",
            ],
            .. other.Length == 0 ? Array.Empty<string>() : [$"objects of {other} were not made: they hold no weights of their own"],
        ];
    }

    // Of the formats since 2017: ('storage', type, key, place, elements) and of the older of them a view of another storage.
    private object? Persistent(object? id)
    {
        if (id is object?[] and ["storage", PickleGlobal type, var key, _, long count, ..] tuple)
        {
            string name = key as string ?? Convert.ToString(key, CultureInfo.InvariantCulture) ?? "";
            TorchStorage root = Storage(name, type.Name, count);
            if (tuple is not [_, _, _, _, _, object?[] and [_, long offset, long size], ..])
                return root;
            var view = new TorchStorage(type.Name, size);
            budget.Describe(128);
            views.Add((view, root, offset));
            return view;
        }

        object? number = id is object?[] and [var first, ..] ? first : id;
        return Numbered.GetValueOrDefault(Convert.ToString(number is string or long ? number : "", CultureInfo.InvariantCulture)!);
    }

    /// <summary>Gives views of storages their places, once the storages have theirs.</summary>
    /// <param name="cursor">For errors.</param>
    public void PlaceViews(ByteCursor cursor)
    {
        foreach ((TorchStorage view, TorchStorage root, long offset) in views)
        {
            int size = root.ElementBytes;
            if (offset < 0 || view.Count < 0 || (Int128)(offset + (Int128)view.Count) * size > root.Bytes)
                throw cursor.Damaged($"a view of {view.Count} elements from {offset} does not lie within its storage");
            view.Position = root.Position + (offset * size);
            view.Bytes = view.Count * size;
        }
    }

    private TorchStorage Storage(string key, string type, long count)
    {
        if (storages.TryGetValue(key, out TorchStorage? known))
            return known;
        budget.Describe(200 + (2 * key.Length));
        return storages[key] = new TorchStorage(type, count);
    }
}
