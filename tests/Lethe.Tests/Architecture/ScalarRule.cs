using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Lethe.Tests.Architecture;

/// <summary>
/// Finds where a library hands torch a <c>Scalar</c> that the collector may free during the call: TorchSharp reads its handle and does
/// not keep the object. A scalar is safe in a <c>using</c> local, which is alive until it is disposed, and in a static field.
/// </summary>
internal sealed class ScalarRule
{
    private const string Torch = "TorchSharp";
    private const string Scalar = "TorchSharp.Scalar";

    // What a script of torch is given and gives back: scalars of numbers alone, and Gradients gives it tensors and yes or no.
    private static readonly string[] Harmless = ["DetermineArgumentTypeRefs", "ProcessReturnValue"];

    private readonly Dictionary<MethodReference, MethodDefinition?> resolved = [];

    // What the library reaches of TorchSharp, each with who calls it there. A virtual method calls its overrides in types that are made.
    private readonly Dictionary<MethodDefinition, HashSet<MethodDefinition>> callers = [];
    private readonly HashSet<TypeDefinition> made = [];
    private readonly Queue<MethodDefinition> open = [];

    /// <summary>What makes a scalar without keeping it, and what calls a method of TorchSharp that does or that comes to one.</summary>
    /// <param name="library">The library's file; TorchSharp's lies beside it.</param>
    /// <param name="within">Only types whose full names start so are looked at.</param>
    public static IReadOnlyList<string> Violations(string library, string within)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(library)!);
        using ModuleDefinition module = ModuleDefinition.ReadModule(library, new ReaderParameters { AssemblyResolver = resolver });
        IEnumerable<TypeDefinition> types = module.GetTypes().Where(type => type.FullName.StartsWith(within, StringComparison.Ordinal));
        return new ScalarRule().Violations([.. types.SelectMany(type => type.Methods).Where(method => method.HasBody)]);
    }

    private IReadOnlyList<string> Violations(MethodDefinition[] methods)
    {
        foreach (MethodDefinition method in methods)
            Follow(method, isTorchs: false);
        while (open.TryDequeue(out MethodDefinition? method))
            Follow(method, isTorchs: true);

        Dictionary<MethodDefinition, string> careless = Careless();
        var violations = new SortedSet<string>(StringComparer.Ordinal);
        foreach (MethodDefinition method in methods)
        {
            foreach (MethodReference maker in Unkept(method))
                violations.Add($"{method.FullName} does not keep what {maker.FullName} makes");
            foreach (MethodDefinition called in Called(method).Where(careless.ContainsKey))
                violations.Add($"{method.FullName} calls {careless[called]}, which does not keep a scalar that it makes");
        }

        return [.. violations];
    }

    // Methods that make a scalar without keeping it, and those that come to such a one, each with the calls on the way.
    private Dictionary<MethodDefinition, string> Careless()
    {
        var paths = new Dictionary<MethodDefinition, string>();
        IEnumerable<MethodDefinition> makers = callers.Keys.Where(method => !Harmless.Contains(method.Name) && Unkept(method).Any());
        var next = new Queue<(MethodDefinition Method, string Path)>(makers.Select(method => (method, method.FullName)));
        while (next.TryDequeue(out (MethodDefinition Method, string Path) found))
        {
            if (!paths.TryAdd(found.Method, found.Path))
                continue;
            foreach (MethodDefinition caller in callers[found.Method])
                next.Enqueue((caller, $"{caller.FullName} → {found.Path}"));
        }

        return paths;
    }

    private void Follow(MethodDefinition method, bool isTorchs)
    {
        foreach (MethodDefinition called in Called(method))
        {
            if (called.IsConstructor && made.Add(called.DeclaringType))
            {
                foreach (MethodDefinition known in callers.Keys.Where(known => known.IsVirtual).ToArray())
                    ReachOverride(called.DeclaringType, known);
            }

            Reach(called, isTorchs ? method : null);
        }
    }

    private void Reach(MethodDefinition called, MethodDefinition? caller)
    {
        bool isNew = !callers.TryGetValue(called, out HashSet<MethodDefinition>? known);
        if (isNew)
            callers[called] = known = [];
        if (caller is not null)
            known!.Add(caller);
        if (!isNew)
            return;
        if (called.HasBody)
            open.Enqueue(called);
        if (!called.IsVirtual)
            return;
        foreach (TypeDefinition type in made.ToArray())
            ReachOverride(type, called);
    }

    private void ReachOverride(TypeDefinition type, MethodDefinition called)
    {
        if (Override(type, called) is { } target && target != called)
            Reach(target, called);
    }

    private IEnumerable<MethodDefinition> Called(MethodDefinition method) =>
        method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>()
            .Select(Resolve).OfType<MethodDefinition>().Distinct();

    // Only TorchSharp's own methods: nothing else is followed.
    private MethodDefinition? Resolve(MethodReference reference)
    {
        if (reference.DeclaringType.IsArray || reference.DeclaringType.Scope.Name is not (Torch or Torch + ".dll"))
            return null;
        if (!resolved.TryGetValue(reference, out MethodDefinition? definition))
            resolved[reference] = definition = reference.Resolve();
        return definition;
    }

    // What a virtual call arrives at in a type; null where that does not derive from the called method's.
    private static MethodDefinition? Override(TypeDefinition type, MethodDefinition called)
    {
        MethodDefinition? found = null;
        for (TypeDefinition? ancestor = type; ancestor?.Module == called.Module; ancestor = ancestor.BaseType?.Resolve())
        {
            found ??= ancestor.Methods.FirstOrDefault(
                method => method.IsVirtual && method.Name == called.Name && method.Parameters.Count == called.Parameters.Count);
            if (ancestor == called.DeclaringType)
                return found;
        }

        return null;
    }

    // Calls that make a scalar which the method neither returns nor keeps in a static field or a local that it disposes.
    private static IEnumerable<MethodReference> Unkept(MethodDefinition method) =>
        !method.HasBody
            ? []
            : from instruction in method.Body.Instructions
              let maker = instruction.Operand as MethodReference
              where maker is not null
              where maker.ReturnType.FullName == Scalar
                  || (instruction.OpCode.Code == Code.Newobj && maker.DeclaringType.FullName == Scalar)
              where !IsKept(method, instruction.Next)
              select maker;

    private static bool IsKept(MethodDefinition method, Instruction next) =>
        next.OpCode.Code is Code.Ret or Code.Stsfld
        || (Stored(method, next) is { } local && method.Body.ExceptionHandlers.Any(handler =>
            handler.HandlerType == ExceptionHandlerType.Finally && handler.TryStart == next.Next && Loaded(
                method, handler.HandlerStart) == local));

    private static VariableDefinition? Stored(MethodDefinition method, Instruction instruction) => instruction.OpCode.Code switch
    {
        Code.Stloc_0 or Code.Stloc_1 or Code.Stloc_2 or Code.Stloc_3 => method.Body.Variables[instruction.OpCode.Code - Code.Stloc_0],
        Code.Stloc_S or Code.Stloc => (VariableDefinition)instruction.Operand,
        _ => null,
    };

    private static VariableDefinition? Loaded(MethodDefinition method, Instruction instruction) => instruction.OpCode.Code switch
    {
        Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 => method.Body.Variables[instruction.OpCode.Code - Code.Ldloc_0],
        Code.Ldloc_S or Code.Ldloc => (VariableDefinition)instruction.Operand,
        _ => null,
    };
}
