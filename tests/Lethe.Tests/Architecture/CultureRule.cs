using Mono.Cecil;
using Mono.Cecil.Cil;
using Assembly = System.Reflection.Assembly;

namespace Lethe.Tests.Architecture;

/// <summary>
/// Finds where an assembly lets the culture of its host into a text or into the order of texts by calls that the compiler writes or
/// chooses, so that the analyzers do not see them: interpolated strings, numbers joined to a string, orders without a comparer.
/// </summary>
internal static class CultureRule
{
    private static readonly HashSet<string> varying =
    [
        "System.Double", "System.Single", "System.Half", "System.Decimal", "System.Numerics.Complex", "System.Numerics.BigInteger",
        "System.DateTime", "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly", "System.TimeSpan",
        "System.FormattableString", "System.IFormattable",
    ];

    private static readonly HashSet<string> whole =
    [
        "System.SByte", "System.Byte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.UInt64",
        "System.IntPtr", "System.UIntPtr",
    ];

    private static readonly HashSet<string> ordering =
    [
        "Order", "OrderDescending", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "Min", "Max", "MinBy", "MaxBy", "Sort",
        "BinarySearch",
    ];

    /// <summary>Each such call, after the method that makes it.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="root">The namespace that is looked at, with those within it.</param>
    public static IReadOnlyList<string> Violations(Assembly assembly, string root)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(assembly.Location);
        var violations = new SortedSet<string>(StringComparer.Ordinal);
        foreach (MethodDefinition method in module.GetTypes().Where(type => IsWithin(type, root)).SelectMany(type => type.Methods))
        {
            // What a record says of itself is for debuggers.
            if (!method.HasBody || method.Name == "PrintMembers")
                continue;
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (instruction.Operand is MethodReference called && Breach(called, instruction.Previous) is { } breach)
                    violations.Add($"{method.DeclaringType.FullName}.{method.Name} {breach}");
            }
        }

        return [.. violations];
    }

    private static string? Breach(MethodReference called, Instruction? before)
    {
        TypeReference[] types = called is GenericInstanceMethod generic ? [.. generic.GenericArguments] : [];
        TypeReference[] parameters = [.. called.Parameters.Select(parameter => parameter.ParameterType)];
        string owner = called.DeclaringType.GetElementType().FullName;
        // A handler of the library's own says itself how it writes a number, and what it calls for that is looked at like all else.
        if (called.Name == "AppendFormatted" && owner.StartsWith("System.", StringComparison.Ordinal))
        {
            TypeReference value = types.Concat(parameters).First();
            string format = before is { OpCode.Code: Code.Ldstr, Operand: string text } ? text : "D";
            bool grouped = whole.Contains(value.FullName) && format[0] is not ('D' or 'x');
            return grouped || Varies(value) ? $"interpolates {value.Name}" : null;
        }

        if (called.Name == "ToString" && parameters.Length == 0)
        {
            TypeReference value =
                before is { OpCode.Code: Code.Constrained, Operand: TypeReference actual } ? actual : called.DeclaringType;
            return Varies(value) ? $"makes a string of {value.Name}" : null;
        }

        bool writes = owner is "System.String" or "System.Text.StringBuilder" or "System.IO.TextWriter";
        if (writes && !Takes(parameters, nameof(IFormatProvider)) && types.Concat(parameters).FirstOrDefault(Varies) is { } written)
            return $"calls {called.Name} with {written.Name}";
        return OrdersTexts(called, types) && !Takes(parameters, "IComparer") && !Takes(parameters, "Comparison")
            ? $"calls {called.DeclaringType.Name}.{called.Name} on texts without a comparer"
            : null;
    }

    // What is ordered by is the last type of the method, as the key of OrderBy, or the first of a collection.
    private static bool OrdersTexts(MethodReference called, TypeReference[] types)
    {
        TypeReference? key = called.DeclaringType is GenericInstanceType owner ? owner.GenericArguments[0] : types.LastOrDefault();
        bool sorted = called.Name == ".ctor" && called.DeclaringType.Name.StartsWith("Sorted", StringComparison.Ordinal);
        return key?.FullName == "System.String" && (sorted || ordering.Contains(called.Name));
    }

    private static bool Takes(TypeReference[] parameters, string type) =>
        parameters.Any(parameter => parameter.Name.StartsWith(type, StringComparison.Ordinal));

    private static bool Varies(TypeReference type) =>
        varying.Contains((type is GenericInstanceType { Name: "Nullable`1" } nullable ? nullable.GenericArguments[0] : type).FullName);

    private static bool IsWithin(TypeDefinition type, string root) =>
        type.DeclaringType is { } outer ? IsWithin(outer, root) : $"{type.Namespace}.".StartsWith($"{root}.", StringComparison.Ordinal);
}
