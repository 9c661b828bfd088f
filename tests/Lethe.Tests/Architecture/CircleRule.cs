using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using Assembly = System.Reflection.Assembly;

namespace Lethe.Tests.Architecture;

/// <summary>Finds types that use each other in a circle. A nested type counts as the type around it, as both stand in one file.</summary>
internal static class CircleRule
{
    /// <summary>Every set of types that can reach each other, each set as its names in order.</summary>
    public static IReadOnlyList<string> Circles(Assembly assembly, string root)
    {
        var uses = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (IType type in LoadedTypes.Of(assembly))
        {
            if (Name(type, root) is not { } from)
                continue;
            SortedSet<string> targets = uses.TryGetValue(from, out SortedSet<string>? known) ? known : uses[from] = new(
                StringComparer.Ordinal);
            targets.UnionWith(
                type.GetTypeDependencies().Select(target => Name(target, root)).OfType<string>().Where(target => target != from));
        }

        return
        [
            .. Components(uses).Where(circle => circle.Count > 1).Select(circle => string.Join(" ", circle)).Order(StringComparer.Ordinal),
        ];
    }

    // Two types are in one circle where each is reached from the other.
    private static IEnumerable<IReadOnlyList<string>> Components(SortedDictionary<string, SortedSet<string>> uses)
    {
        Dictionary<string, HashSet<string>> reached = uses.Keys.ToDictionary(name => name, name => Reached(name, uses));
        var done = new HashSet<string>();
        foreach (string name in uses.Keys.Where(name => !done.Contains(name)))
        {
            string[] circle =
                [
                    .. reached[name].Where(other => reached.TryGetValue(other, out HashSet<string>? back) && back.Contains(name))
                        .Append(name).Distinct().Order(StringComparer.Ordinal),
                ];
            done.UnionWith(circle);
            yield return circle;
        }
    }

    private static HashSet<string> Reached(string from, SortedDictionary<string, SortedSet<string>> uses)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? name))
        {
            foreach (string target in uses.GetValueOrDefault(name) ?? [])
            {
                if (reached.Add(target))
                    open.Push(target);
            }
        }

        return reached;
    }

    // Compiler-generated types belong to what they were generated in.
    private static string? Name(IType type, string root)
    {
        string full = type.FullName;
        return full.StartsWith(root + ".", StringComparison.Ordinal) ? full[(root.Length + 1)..].Split('+', '<', '`', '[')[0] : null;
    }
}
