using System.Globalization;
using System.Numerics;
using System.Text;
using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>
/// Reads Python's pickles, protocols 0 to 5 (the opcodes are those of CPython's pickletools), and executes nothing. Dictionaries, lists,
/// tuples and plain values become objects here; a class or function is no more than its name, and a call of it is handed to
/// <paramref name="call"/> or kept as a <see cref="PickleObject"/>.
/// </summary>
/// <remarks>
/// A stack machine without recursion: each opcode takes a fixed number of steps for each byte of the file or object on its stack, so
/// nothing loops. Lists are <see cref="List{T}"/>, tuples arrays, integers long or BigInteger. Long texts and bytes are passed over, as
/// no name is that long.
/// </remarks>
/// <param name="budget">What reading may cost.</param>
/// <param name="persistent">What a persistent id stands for.</param>
/// <param name="call">The result of a call that is understood; null for one that is not.</param>
internal sealed class PickleReader(ReadBudget budget, Func<object?, object?> persistent, Func<PickleGlobal, object?[], object?> call)
{
    private const int LongestText = 1 << 16;
    private const int LongestInteger = 256;

    // Bytes that are taken at most, with the growth of what holds them.
    private const int PushCost = 48;
    private const int ItemCost = 96;
    private const int ObjectCost = 96;

    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<long, object?> memo = [];
    private readonly HashSet<PickleGlobal> called = [];
    private ByteCursor cursor = null!;

    /// <summary>What the pickles ask to call beyond what is understood.</summary>
    public IReadOnlyCollection<PickleGlobal> Called => called;

    /// <summary>Reads one pickle.</summary>
    /// <param name="from">Stands at its first byte, and after it then.</param>
    /// <returns>Its object.</returns>
    /// <exception cref="RunException">It is truncated, damaged, or asks for more memory than its file is worth.</exception>
    public object? Read(ByteCursor from)
    {
        cursor = from;
        stack.Clear();
        marks.Clear();
        memo.Clear();
        for (byte code = cursor.Next(); code != (byte)'.'; code = cursor.Next())
            Execute(code);
        return Pop();
    }

    private void Execute(byte code)
    {
        switch ((char)code)
        {
            case '(': // MARK
                budget.Describe(sizeof(int) * 4);
                marks.Add(stack.Count);
                break;
            case '0': // POP
                if (marks.Count > 0 && marks[^1] == stack.Count)
                    marks.RemoveAt(marks.Count - 1);
                else
                    Pop();
                break;
            case '1': // POP_MARK
                ToMark();
                break;
            case '2': // DUP
                Push(Top());
                break;
            case 'N':
                Push(null);
                break;
            case '\x88':
                Push(true);
                break;
            case '\x89':
                Push(false);
                break;
            case '\x80': // PROTO
                if (cursor.Next() > 5)
                    throw cursor.Damaged("its pickle is of a protocol above 5");
                break;
            case '\x95': // FRAME
                cursor.ReadInt64();
                break;
            case 'c': // GLOBAL
                PushGlobal(Line(), Line());
                break;
            case '\x93': // STACK_GLOBAL
                object? name = Pop();
                PushGlobal(Pop() as string ?? "?", name as string ?? "?");
                break;
            case '\x82':
                PushGlobal("copyreg", $"extension {cursor.Next()}");
                break;
            case '\x83':
                PushGlobal("copyreg", $"extension {cursor.ReadUInt16()}");
                break;
            case '\x84':
                PushGlobal("copyreg", $"extension {cursor.ReadInt32()}");
                break;
            case 'R': // REDUCE
                object? arguments = Pop();
                Call(Pop(), arguments);
                break;
            case '\x81': // NEWOBJ
                object? given = Pop();
                Call(Pop(), given);
                break;
            case '\x92': // NEWOBJ_EX
                object? named = Pop(), unnamed = Pop();
                budget.Describe(ObjectCost);
                Call(Pop(), named is PickleDictionary { Items.Count: 0 } ? unnamed : new object?[] { unnamed, named });
                break;
            case 'i': // INST
                var kind = new PickleGlobal(Line(), Line());
                Call(kind, ToMark());
                break;
            case 'o': // OBJ
                object?[] made = ToMark();
                Call(made.Length > 0 ? made[0] : null, made.Skip(1).ToArray());
                break;
            case 'b': // BUILD
                Build(Pop());
                break;
            case 'P': // PERSID
                Push(persistent(Line()));
                break;
            case 'Q': // BINPERSID
                Push(persistent(Pop()));
                break;
            default:
                if (!ReadContainer(code) && !ReadMemo(code) && !ReadNumber(code) && !ReadText(code))
                    throw cursor.Damaged($"its pickle has the unknown opcode {code} at byte {cursor.Position - 1}");
                break;
        }
    }

    private bool ReadContainer(byte code)
    {
        switch ((char)code)
        {
            case '}':
                Push(new PickleDictionary());
                break;
            case ']':
            case '\x8f': // EMPTY_SET
                Push(new List<object?>());
                break;
            case ')':
                Push(Array.Empty<object?>());
                break;
            case 'd':
                var dictionary = new PickleDictionary();
                Set(dictionary, ToMark());
                Push(dictionary);
                break;
            case 'l':
            case '\x91': // FROZENSET
                Push(ToMark().ToList());
                break;
            case 't':
                Push(ToMark());
                break;
            case '\x85':
                Push(new[] { Pop() });
                break;
            case '\x86':
                object? second = Pop();
                Push(new[] { Pop(), second });
                break;
            case '\x87':
                object? last = Pop(), middle = Pop();
                Push(new[] { Pop(), middle, last });
                break;
            case 'a': // APPEND
                object? item = Pop();
                Extend(Top(), [item]);
                break;
            case 'e': // APPENDS
            case '\x90': // ADDITEMS
                object?[] items = ToMark();
                Extend(Top(), items);
                break;
            case 's': // SETITEM
                object? value = Pop(), key = Pop();
                Set(Top(), [key, value]);
                break;
            case 'u': // SETITEMS
                object?[] pairs = ToMark();
                Set(Top(), pairs);
                break;
            default:
                return false;
        }

        return true;
    }

    private bool ReadMemo(byte code)
    {
        switch ((char)code)
        {
            case 'p':
                Remember(Number(Line()));
                break;
            case 'q':
                Remember(cursor.Next());
                break;
            case 'r':
                Remember(cursor.ReadInt32());
                break;
            case '\x94': // MEMOIZE
                Remember(memo.Count);
                break;
            case 'g':
                Recall(Number(Line()));
                break;
            case 'h':
                Recall(cursor.Next());
                break;
            case 'j':
                Recall(cursor.ReadInt32());
                break;
            default:
                return false;
        }

        return true;
    }

    private bool ReadNumber(byte code)
    {
        switch ((char)code)
        {
            case 'J':
                Push((long)cursor.ReadInt32());
                break;
            case 'K':
                Push((long)cursor.Next());
                break;
            case 'M':
                Push((long)cursor.ReadUInt16());
                break;
            case 'G':
                Span<byte> bytes = stackalloc byte[sizeof(double)];
                cursor.Read(bytes);
                Push(System.Buffers.Binary.BinaryPrimitives.ReadDoubleBigEndian(bytes));
                break;
            case 'I':
                string text = Line();
                Push(text switch { "00" => false, "01" => true, _ => Number(text) });
                break;
            case 'L':
                Push(Number(Line().TrimEnd('L')));
                break;
            case 'F':
                Push(double.TryParse(Line(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN);
                break;
            case '\x8a': // LONG1
                PushInteger(cursor.Next());
                break;
            case '\x8b': // LONG4
                PushInteger(cursor.ReadInt32());
                break;
            default:
                return false;
        }

        return true;
    }

    private bool ReadText(byte code)
    {
        switch ((char)code)
        {
            case 'S': // STRING, in quotes
                string quoted = Line();
                Push(quoted.Length >= 2 ? quoted[1..^1] : quoted);
                break;
            case 'V':
                Push(Line());
                break;
            case 'U': // SHORT_BINSTRING
            case '\x8c': // SHORT_BINUNICODE
                PushText(cursor.Next());
                break;
            case 'T': // BINSTRING
            case 'X': // BINUNICODE
                PushText(cursor.ReadInt32());
                break;
            case '\x8d': // BINUNICODE8
                PushText(cursor.ReadInt64());
                break;
            case 'C': // SHORT_BINBYTES
                PassOver(cursor.Next());
                break;
            case 'B': // BINBYTES
                PassOver((uint)cursor.ReadInt32());
                break;
            case '\x8e': // BINBYTES8
            case '\x96': // BYTEARRAY8
                PassOver(cursor.ReadInt64());
                break;
            case '\x97': // NEXT_BUFFER
                PassOver(0);
                break;
            case '\x98': // READONLY_BUFFER
                break;
            default:
                return false;
        }

        return true;
    }

    private void Call(object? callable, object? arguments)
    {
        // Some classes are made by a function that is given the class.
        if (callable is PickleGlobal { Name: "_reconstructor" or "__newobj__" } && arguments is object?[] { Length: > 0 } around
            && around[0] is PickleGlobal)
            callable = around[0];
        object? made = callable is PickleGlobal known && arguments is object?[] given ? call(known, given) : null;
        if (made is null)
        {
            budget.Describe(ObjectCost);
            made = new PickleObject(callable, arguments);
            if (callable is PickleGlobal other && called.Add(other))
                budget.Describe(ItemCost);
        }

        Push(made);
    }

    private void Build(object? state)
    {
        if (Top() is PickleObject target)
            target.State = state;
    }

    private void Push(object? value)
    {
        budget.Describe(PushCost + (value switch
        {
            null => 0,
            string text => 32 + (2 * text.Length),
            object?[] tuple => 24 + (8 * tuple.Length),
            _ => ObjectCost,
        }));
        stack.Add(value);
    }

    private void PushGlobal(string module, string name) => Push(new PickleGlobal(module, name));

    private void PushText(long bytes)
    {
        if (bytes > LongestText)
            PassOver(bytes);
        else
            Push(cursor.ReadText((int)bytes, Encoding.UTF8));
    }

    private void PassOver(long bytes)
    {
        cursor.Skip(bytes);
        Push(new PickleObject("bytes", null));
    }

    private void PushInteger(int bytes)
    {
        if (bytes is < 0 or > LongestInteger)
            throw cursor.Damaged($"its pickle has an integer of {bytes} bytes");
        byte[] digits = new byte[bytes];
        cursor.Read(digits);
        Push(Narrow(new BigInteger(digits)));
    }

    private object Number(string text)
    {
        if (text.Length > LongestInteger
            || !BigInteger.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out BigInteger number))
            throw cursor.Damaged("its pickle has an integer that is none");
        return Narrow(number);
    }

    private static object Narrow(BigInteger number) =>
        number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;

    private void Remember(object place)
    {
        budget.Describe(ItemCost);
        memo[place is long index ? index : Convert.ToInt64(place, CultureInfo.InvariantCulture)] = Top();
    }

    private void Recall(object place)
    {
        long index = place is long number ? number : Convert.ToInt64(place, CultureInfo.InvariantCulture);
        if (!memo.TryGetValue(index, out object? value))
            throw cursor.Damaged($"its pickle refers to its object {index}, which it does not have");
        budget.Describe(PushCost);
        stack.Add(value);
    }

    private void Extend(object? target, object?[] items)
    {
        budget.Describe((long)ItemCost * items.Length);
        if (target is List<object?> list)
            list.AddRange(items);
    }

    private void Set(object? target, object?[] pairs)
    {
        budget.Describe((long)ItemCost * pairs.Length);
        if (target is not PickleDictionary dictionary)
            return;
        for (int i = 0; i + 1 < pairs.Length; i += 2)
            dictionary.Items.Add((pairs[i], pairs[i + 1]));
    }

    private object? Top() => stack.Count > Floor ? stack[^1] : throw cursor.Damaged("its pickle takes from an empty stack");

    private object? Pop()
    {
        object? value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    // What lies below the last mark is taken by nothing until the mark is gone.
    private int Floor => marks.Count > 0 ? marks[^1] : 0;

    private object?[] ToMark()
    {
        if (marks.Count == 0)
            throw cursor.Damaged("its pickle has no mark where one was expected");
        int from = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        budget.Describe(24 + (8L * (stack.Count - from)));
        object?[] values = new object?[stack.Count - from];
        stack.CopyTo(from, values, 0, values.Length);
        stack.RemoveRange(from, values.Length);
        return values;
    }

    private string Line()
    {
        var text = new StringBuilder();
        for (byte c = cursor.Next(); c != (byte)'\n'; c = cursor.Next())
        {
            if (text.Length == LongestText)
                throw cursor.Damaged($"its pickle has a line of more than {LongestText} characters");
            text.Append((char)c);
        }

        budget.Describe(128 + (4 * text.Length));
        return text.ToString();
    }
}
