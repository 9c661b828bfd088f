using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>All methods, by name. A new method is one file and one line here.</summary>
public static class MethodRegistry
{
    /// <summary>The methods in the order in which they are listed.</summary>
    public static IReadOnlyList<MethodEntry> All { get; } =
    [
        SimClr.Entry,
        Moco.Entry,
        SwAv.Entry,
        Byol.Entry,
        SimSiam.Entry,
        BarlowTwins.Entry,
        VicReg.Entry,
        Wmse.Entry,
        Relic.Entry,
        Mec.Entry,
        CorInfoMax.Entry,
    ];

    /// <summary>Finds a method.</summary>
    /// <param name="name">Its name, as in <c>--method</c>.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="InvalidOptionException">No method has that name.</exception>
    public static MethodEntry Find(string name) => All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InvalidOptionException($"--method '{name}' is unknown. Use one of {string.Join(", ", All.Select(entry => entry.Name))}.");
}
