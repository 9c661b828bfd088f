using Mono.Cecil;
using Mono.Cecil.Cil;
using Assembly = System.Reflection.Assembly;

namespace Lethe.Tests.Architecture;

/// <summary>
/// Finds where an assembly lets the culture of its host into a text or into the order of texts by calls that the compiler writes or chooses, so that
/// the analyzers do not see them: interpolated strings, numbers joined to a string, orders without a comparer.
/// </summary>
internal static class CultureRule
{
    private static readonly HashSet<string> varying =
    [
        "System.Double", "System.Single", "System.Half", "System.Decimal", "System.DateTime", "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly",
        "System.TimeSpan", "System.Numerics.Complex", "System.Numerics.BigInteger", "System.FormattableString", "System.IFormattable",
    ];

    private static readonly HashSet<string> whole =
    [
        "System.SByte", "System.Byte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.UInt64", "System.IntPtr",
        "System.UIntPtr",
    ];

    private static readonly HashSet<string> ordering =
        ["Order", "OrderDescending", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "Min", "Max", "MinBy", "MaxBy", "Sort", "BinarySearch"];

    /// <summary>Each such call, after the method that makes it.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="root">The namespace that is looked at, with those within it.</param>
    public static IReadOnlyList<string> Violations(Assembly assembly, string root)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(assembly.Location);
        var violations = new SortedSet<string>(StringComparer.Ordinal);
        IEnumerable<TypeDefinition> types = module.GetTypes().Where(type => $"{Outermost(type).Namespace}.".StartsWith($"{root}.", StringComparison.Ordinal));

        // What a record says of itself is for debuggers.
        foreach (MethodDefinition method in types.SelectMany(type => type.Methods).Where(method => method.HasBody && method.Name != "PrintMembers"))
        {
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (instruction.Operand is MethodReference called && Breach(called, instruction) is { } breach)
                    violations.Add($"{method.DeclaringType.FullName}.{method.Name} {breach}");
            }
        }

        return [.. violations];
    }

    private static string? Breach(MethodReference called, Instruction call)
    {
        TypeReference[] types = called is GenericInstanceMethod generic ? [.. generic.GenericArguments] : [];
        TypeReference[] parameters = [.. called.Parameters.Select(parameter => parameter.ParameterType)];
        string owner = called.DeclaringType.GetElementType().FullName;
        if (called.Name == "AppendFormatted")
        {
            TypeReference value = types.Concat(parameters).First();
            bool formatted = whole.Contains(value.FullName) && call.Previous is { OpCode.Code: Code.Ldstr, Operand: string format } && format[0] is not ('D' or 'x');
            return formatted || Varies(value) ? $"interpolates {value.Name}" : null;
        }

        if (called.Name == "ToString" && parameters.Length == 0)
        {
            TypeReference value = call.Previous is { OpCode.Code: Code.Constrained, Operand: TypeReference constrained } ? constrained : called.DeclaringType;
            return Varies(value) ? $"makes a string of {value.Name}" : null;
        }

        if (owner is "System.String" or "System.Text.StringBuilder" or "System.IO.TextWriter" && parameters.All(parameter => parameter.Name != nameof(IFormatProvider)))
            return types.Concat(parameters).FirstOrDefault(Varies) is { } value ? $"calls {called.Name} with {value.Name}" : null;
        return OrdersTexts(called, types, parameters) ? $"calls {called.DeclaringType.Name}.{called.Name} on texts without a comparer" : null;
    }

    // What is ordered is the last type of the method, as the key of OrderBy, or the first of a collection.
    private static bool OrdersTexts(MethodReference called, TypeReference[] types, TypeReference[] parameters)
    {
        TypeReference? element = called.DeclaringType is GenericInstanceType type ? type.GenericArguments[0] : types.LastOrDefault();
        bool sorts = ordering.Contains(called.Name) || (called.Name == ".ctor" && called.DeclaringType.Name.StartsWith("Sorted", StringComparison.Ordinal));
        return sorts && element?.FullName == "System.String"
            && !parameters.Any(parameter => parameter.Name.StartsWith("IComparer", StringComparison.Ordinal) || parameter.Name.StartsWith("Comparison", StringComparison.Ordinal));
    }

    private static bool Varies(TypeReference type) => type switch
    {
        GenericInstanceType { Name: "Nullable`1" } nullable => Varies(nullable.GenericArguments[0]),
        _ => varying.Contains(type.FullName),
    };

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is null ? type : Outermost(type.DeclaringType);
}
