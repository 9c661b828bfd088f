using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>
/// All methods, by name. A new method of the library is one file and one line here; a program adds its own by <see cref="Add"/>.
/// </summary>
/// <remarks>Safe to use from several threads.</remarks>
public static class MethodRegistry
{
    private static readonly Registry<MethodEntry> registry = new("method", entry => entry.Name,
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
        SupervisedControl.Entry,
    ]);

    /// <summary>The methods in the order in which they are listed: those of the library, then those that were added.</summary>
    public static IReadOnlyList<MethodEntry> All => registry.All;

    /// <summary>
    /// Adds a method, which can be trained, resumed, undone and evaluated as the others are. Call it before a run of the method is opened.
    /// </summary>
    /// <param name="entry">The method.</param>
    /// <exception cref="InvalidOptionException">There is a method of that name, or the name is no lower-case word.</exception>
    public static void Add(MethodEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        registry.Add(entry);
    }

    /// <summary>Finds a method.</summary>
    /// <param name="name">Its name, as in <c>--method</c>.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="InvalidOptionException">No method has that name.</exception>
    public static MethodEntry Find(string name) => registry.Find(name);
}
