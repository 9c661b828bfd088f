using Mono.Cecil;

namespace Lethe.Tests.Architecture;

/// <summary>Finds where code of another assembly uses what only a friend of the library may: a user's copy of it would not compile.</summary>
internal static class OutsideRule
{
    /// <summary>Each type and member of the library that is used and not public, after the type that uses it.</summary>
    /// <param name="program">The file of the other assembly; the library's lies beside it.</param>
    /// <param name="library">The library's name.</param>
    /// <param name="used">Which types of the other assembly are looked at, with those within them.</param>
    public static IReadOnlyList<string> Violations(string program, string library, Func<string, bool> used)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(program)!);
        using ModuleDefinition module = ModuleDefinition.ReadModule(program, new ReaderParameters { AssemblyResolver = resolver });
        var violations = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinition type in module.GetTypes().Where(type => used(Outermost(type).FullName)))
        {
            IEnumerable<MemberReference?> references = type.Methods.Where(method => method.HasBody)
                .SelectMany(method => method.Body.Instructions.Select(instruction => instruction.Operand as MemberReference))
                .Concat(type.Fields.Select(field => field.FieldType))
                .Concat(type.Methods.SelectMany(method => method.Parameters.Select(parameter => parameter.ParameterType)))
                .Append(type.BaseType);
            foreach (MemberReference reference in references.OfType<MemberReference>())
            {
                if (Hidden(reference, library) is { } hidden)
                    violations.Add($"{Outermost(type).Name} uses {hidden}");
            }
        }

        return [.. violations];
    }

    private static string? Hidden(MemberReference reference, string library)
    {
        TypeReference owner = reference as TypeReference ?? reference.DeclaringType;
        if (owner?.GetElementType().Resolve() is not { } type || type.Module.Assembly.Name.Name != library)
            return null;
        bool visible = !reference.IsDefinition && reference.Resolve() switch
        {
            MethodDefinition method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
            FieldDefinition field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
            _ => true,
        };
        return visible && Visible(type) ? null : reference is TypeReference ? type.FullName : $"{type.FullName}.{reference.Name}";
    }

    private static bool Visible(TypeDefinition type) => type.DeclaringType is { } outer ? type.IsNestedPublic && Visible(outer) : type.IsPublic;

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
