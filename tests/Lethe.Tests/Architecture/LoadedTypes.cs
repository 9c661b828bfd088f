using System.Collections.Concurrent;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace Lethe.Tests.Architecture;

/// <summary>The types of an assembly with what they use, read once for all rules: that takes seconds.</summary>
internal static class LoadedTypes
{
    private static readonly ConcurrentDictionary<Assembly, Lazy<IReadOnlyList<IType>>> known = new();

    public static IReadOnlyList<IType> Of(Assembly assembly) =>
        known.GetOrAdd(assembly, of => new(() => [.. new ArchLoader().LoadAssembly(of).Build().Types])).Value;
}
