using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>
/// Reads Python's pickles, protocols 0 to 5 (the opcodes are those of CPython's pickletools), and executes nothing. Dictionaries, lists,
/// tuples and plain values become objects here; a class or function is no more than its name, and a call of it is handed to
/// <paramref name="call"/> or kept as a <see cref="PickleObject"/>.
/// </summary>
/// <remarks>
/// A stack machine without recursion: each opcode takes a fixed number of steps for each byte of the file or object on its stack, so
/// nothing loops. Lists are <see cref="List{T}"/>, tuples arrays, integers long or BigInteger.
/// </remarks>
/// <param name="budget">What reading may cost.</param>
/// <param name="persistent">What a persistent id stands for.</param>
/// <param name="call">The result of a call that is understood; null for one that is not.</param>
internal sealed class PickleReader(ReadBudget budget, Func<object?, object?> persistent, Func<PickleGlobal, object?[], object?> call)
{
    private const int CallCost = 192;

    private readonly PickleStack stack = new(budget);
    private readonly HashSet<PickleGlobal> called = [];

    /// <summary>What the pickles ask to call beyond what is understood.</summary>
    public IReadOnlyCollection<PickleGlobal> Called => called;

    /// <summary>Reads one pickle.</summary>
    /// <param name="cursor">Stands at its first byte, and after it then.</param>
    /// <returns>Its object.</returns>
    /// <exception cref="RunException">It is truncated, damaged, or asks for more memory than its file is worth.</exception>
    public object? Read(ByteCursor cursor)
    {
        var literals = new PickleLiterals(budget, cursor);
        stack.Clear();
        try
        {
            for (byte code = cursor.Next(); code != (byte)'.'; code = cursor.Next())
            {
                if (literals.Number(code) is { } number)
                    stack.Push(number);
                else if (literals.Text(code) is { } text)
                    stack.Push(text);
                else if (!Contain(code) && !Refer(code, literals, cursor) && !Make(code, literals, cursor))
                    throw new PickleException($"has the unknown opcode {code} at byte {cursor.Position - 1}");
            }

            return stack.Pop();
        }
        catch (PickleException error)
        {
            throw cursor.Damaged("its pickle " + error.Message);
        }
    }

    // Containers, and what is put into them.
    private bool Contain(byte code)
    {
        switch ((char)code)
        {
            case 'N':
                stack.Push(null);
                break;
            case '}':
                stack.Push(new PickleDictionary());
                break;
            case ']':
            case '\x8f': // EMPTY_SET
                stack.Push(new List<object?>());
                break;
            case ')':
                stack.Push(Array.Empty<object?>());
                break;
            case 'd':
                object?[] entries = stack.ToMark();
                stack.Push(new PickleDictionary());
                stack.Set(entries);
                break;
            case 'l':
            case '\x91': // FROZENSET
                stack.Push(stack.ToMark().ToList());
                break;
            case 't':
                stack.Push(stack.ToMark());
                break;
            case '\x85' or '\x86' or '\x87': // TUPLE1 to TUPLE3
                object?[] tuple = new object?[code - 0x84];
                for (int i = tuple.Length - 1; i >= 0; i--)
                    tuple[i] = stack.Pop();
                stack.Push(tuple);
                break;
            case 'a': // APPEND
                object? item = stack.Pop();
                stack.Extend([item]);
                break;
            case 'e': // APPENDS
            case '\x90': // ADDITEMS
                object?[] items = stack.ToMark();
                stack.Extend(items);
                break;
            case 's': // SETITEM
                object? value = stack.Pop(), key = stack.Pop();
                stack.Set([key, value]);
                break;
            case 'u': // SETITEMS
                object?[] pairs = stack.ToMark();
                stack.Set(pairs);
                break;
            default:
                return false;
        }

        return true;
    }

    // The stack, its marks, and the memo.
    private bool Refer(byte code, PickleLiterals literals, ByteCursor cursor)
    {
        switch ((char)code)
        {
            case '(':
                stack.Mark();
                break;
            case '0': // POP
                stack.Drop();
                break;
            case '1': // POP_MARK
                stack.ToMark();
                break;
            case '2': // DUP
                stack.Push(stack.Top);
                break;
            case 'p':
                stack.Remember(literals.Place());
                break;
            case 'q':
                stack.Remember(cursor.Next());
                break;
            case 'r':
                stack.Remember(cursor.ReadInt32());
                break;
            case '\x94': // MEMOIZE
                stack.Remember(null);
                break;
            case 'g':
                stack.Recall(literals.Place());
                break;
            case 'h':
                stack.Recall(cursor.Next());
                break;
            case 'j':
                stack.Recall(cursor.ReadInt32());
                break;
            default:
                return false;
        }

        return true;
    }

    // Classes, functions, and what would be made by calling them.
    private bool Make(byte code, PickleLiterals literals, ByteCursor cursor)
    {
        switch ((char)code)
        {
            case '\x80': // PROTO
                if (cursor.Next() > 5)
                    throw new PickleException("is of a protocol above 5");
                break;
            case '\x95': // FRAME
                cursor.ReadInt64();
                break;
            case '\x98': // READONLY_BUFFER
                break;
            case 'c': // GLOBAL
                stack.Push(new PickleGlobal(literals.Line(), literals.Line()));
                break;
            case '\x93': // STACK_GLOBAL
                object? name = stack.Pop(), module = stack.Pop();
                stack.Push(new PickleGlobal(module as string ?? "?", name as string ?? "?"));
                break;
            case '\x82' or '\x83' or '\x84': // EXT1 to EXT4
                int number = code == 0x82 ? cursor.Next() : code == 0x83 ? cursor.ReadUInt16() : cursor.ReadInt32();
                stack.Push(new PickleGlobal("copyreg", $"extension {number}"));
                break;
            case 'R': // REDUCE
            case '\x81': // NEWOBJ
                object? arguments = stack.Pop();
                Call(stack.Pop(), arguments);
                break;
            case '\x92': // NEWOBJ_EX
                object? named = stack.Pop(), unnamed = stack.Pop();
                Call(stack.Pop(), named is PickleDictionary { Items.Count: 0 } ? unnamed : new object?[] { unnamed, named });
                break;
            case 'i': // INST
                var kind = new PickleGlobal(literals.Line(), literals.Line());
                Call(kind, stack.ToMark());
                break;
            case 'o': // OBJ
                object?[] made = stack.ToMark();
                Call(made.FirstOrDefault(), made.Skip(1).ToArray());
                break;
            case 'b': // BUILD
                object? state = stack.Pop();
                if (stack.Top is PickleObject target && target != PickleLiterals.PassedOver)
                    target.State = state;
                break;
            case 'P': // PERSID
                stack.Push(persistent(literals.Line()));
                break;
            case 'Q': // BINPERSID
                stack.Push(persistent(stack.Pop()));
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
            budget.Describe(CallCost + (arguments is object?[] list ? 8L * list.Length : 0));
            made = new PickleObject(callable, arguments);
            if (callable is PickleGlobal other)
                called.Add(other);
        }

        stack.Push(made);
    }
}
