using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using Assembly = System.Reflection.Assembly;

namespace Lethe.Tests.Architecture;

/// <summary>Finds where the code of an assembly breaks a table of folders.</summary>
internal static class FolderRule
{
    /// <summary>Every use of a folder that the table does not allow, and every type that is in no folder of the table.</summary>
    public static IReadOnlyList<string> Violations(
        Assembly assembly, string root, IReadOnlyDictionary<string, string[]> mayUse, IReadOnlyCollection<string> withoutTensors)
    {
        var violations = new SortedSet<string>(StringComparer.Ordinal);
        foreach (IType type in LoadedTypes.Of(assembly).Where(type => IsWithin(type, root)))
        {
            string folder = FolderOf(type, root);
            if (!mayUse.TryGetValue(folder, out string[]? allowed))
            {
                violations.Add($"{type.FullName} is in no folder of the table");
                continue;
            }

            foreach (IType target in type.GetTypeDependencies())
            {
                if (IsWithin(target, root) && FolderOf(target, root) is var other && other != folder && !allowed.Contains(other))
                    violations.Add($"{type.FullName} uses {target.FullName}, but {folder} may not use {other}");
                if (withoutTensors.Contains(folder) && NamespaceOf(target).StartsWith("TorchSharp", StringComparison.Ordinal))
                    violations.Add($"{type.FullName} uses {target.FullName}, but {folder} does without tensors");
            }
        }

        return [.. violations];
    }

    private static string NamespaceOf(IType type) => type.Namespace?.FullName ?? "";

    private static bool IsWithin(IType type, string root) => $"{NamespaceOf(type)}.".StartsWith($"{root}.", StringComparison.Ordinal);

    // Lethe.Umm.VolumeFactor belongs to Umm; a type in the root itself to none.
    private static string FolderOf(IType type, string root) =>
        NamespaceOf(type) is var full && full.Length > root.Length ? full[(root.Length + 1)..].Split('.')[0] : "";
}
