using Lethe.Data;
using Lethe.Evaluation.Protocols;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>Which protocols to run, each with its options, and what they share.</summary>
/// <remarks>Immutable; <see cref="ProtocolEvaluation"/> runs it, as often as one likes.</remarks>
/// <param name="Protocols">The protocols in the order in which they run, at least one.</param>
/// <param name="Options">What they share.</param>
internal sealed record ProtocolPlan(IReadOnlyList<(ProtocolEntry Entry, Protocol Protocol)> Protocols, ProtocolRunOptions Options)
{
    /// <summary>Names of the undos of a run whose states are measured; null for all.</summary>
    public IReadOnlyList<string>? Undos { get; init; }

    /// <summary>Makes the protocols.</summary>
    /// <param name="names">Names with commas between.</param>
    /// <param name="options">What they share.</param>
    /// <param name="own">Makes the options of a protocol from its defaults; null leaves each as it is.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="InvalidOptionException">
    /// A name is unknown, an option cannot be used, or a target is missing or of no use.
    /// </exception>
    public static ProtocolPlan Create(string names, ProtocolRunOptions options, Func<ProtocolOptions, ProtocolOptions>? own = null)
    {
        ProtocolEntry[] entries =
            [
                .. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().Select(
                    ProtocolRegistry.Find),
            ];
        if (entries.Length == 0)
            throw new InvalidOptionException($"--protocol '{names}' names no protocol. Use one or several of "
                + $"{string.Join(", ", ProtocolRegistry.All.Select(entry => entry.Name))}.");
        if (options.Target is null && entries.FirstOrDefault(entry => entry.NeedsTarget) is { } needy)
            throw new InvalidOptionException(
                $"--protocol {needy.Name} needs --target, another data set with labels: a name that 'lethe data' lists, or a path.");
        if (options.Target is not null && !entries.Any(entry => entry.NeedsTarget))
            throw new InvalidOptionException($"--target '{options.Target}': none of the protocols {names} works on another data set. Add "
                + $"{string.Join(" or ", ProtocolRegistry.All.Where(entry => entry.NeedsTarget).Select(entry => entry.Name))}, or leave "
                + "it out.");
        if (
            options.Target is { } target && entries.Any(entry => entry.Images == ProtocolImages.Domains) && (
                !target.StartsWith(DomainFolders.Prefix, StringComparison.Ordinal) || target.Contains(",test=", StringComparison.Ordinal)))
            throw new InvalidOptionException($"--target '{target}': the protocol domains leaves each domain out in turn and needs "
                + $"--target {DomainFolders.Prefix}PATH, a folder of DOMAIN/CLASS/image, without test=.");
        ProtocolOptions Chosen(ProtocolEntry entry)
        {
            ProtocolOptions defaults = options.Quick ? entry.DefaultOptions.Quick() : entry.DefaultOptions;
            return own?.Invoke(defaults) ?? defaults;
        }

        ProtocolOptions[] chosen = [.. entries.Select(Chosen)];
        OptionRecord.ValidateAll([options, .. chosen]);
        return new ProtocolPlan([.. entries.Zip(chosen, (entry, its) => (entry, entry.Create(its)))], options);
    }
}
