using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>All methods, by name. A new method is one file and one line here.</summary>
public static class MethodRegistry
{
    /// <summary>The methods in the order in which they are listed.</summary>
    public static IReadOnlyList<MethodEntry> All { get; } =
    [
        Entry<SimClrOptions>("simclr", "SimCLR", "other views of the batch are negatives (Chen 2020, 2002.05709)", o => o.Validate(), (o, b) => new SimClr(o, b)),
        Entry<VicRegOptions>("vicreg", "VICReg", "variance, invariance, covariance; no negatives (Bardes 2022, 2105.04906)", o => o.Validate(), (o, b) => new VicReg(o, b)),
    ];

    /// <summary>Finds a method.</summary>
    /// <param name="name">Its name, as in <c>--method</c>.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="InvalidOptionException">No method has that name.</exception>
    public static MethodEntry Find(string name) => All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InvalidOptionException($"--method '{name}' is unknown. Use one of {string.Join(", ", All.Select(entry => entry.Name))}.");

    private static MethodEntry Entry<TOptions>(string name, string title, string summary, Action<TOptions> validate, Func<TOptions, ResNet, SslMethod> create)
        where TOptions : class, new() =>
        new(name, title, summary, new TOptions(), options => validate((TOptions)options), (options, backbone) => create((TOptions)options, backbone));
}
