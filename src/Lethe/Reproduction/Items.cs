using Lethe.Runtime;

namespace Lethe.Reproduction;

/// <summary>All items, by name.</summary>
internal static class Items
{
    /// <summary>Every item.</summary>
    public const string All = "all";

    /// <summary>Every table.</summary>
    public const string Tables = "tables";

    /// <summary>What there is and what it takes, in place of items.</summary>
    public const string List = "list";

    /// <summary>The items in the order of the page.</summary>
    public static IReadOnlyList<Item> Every { get; } =
    [
        new TurnItem(), new ReductionItem(), new CausalItem(), new OutcomeItem(), new AblationItem(),
        TableItem.Unsupervised, TableItem.Semi, TableItem.Transfer, TableItem.Shift,
    ];

    /// <summary>All words that a command line may have in place of items.</summary>
    public static IReadOnlyList<string> Words { get; } = [List, .. Every.Select(item => item.Name), Tables, All];

    /// <summary>The items of some names, each once, in the order of the page.</summary>
    /// <exception cref="InvalidOptionException">A name is unknown.</exception>
    public static IReadOnlyList<Item> Find(IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => !Words.Contains(name)) is { } unknown)
        {
            throw new InvalidOptionException(
                $"'{unknown}' is not a figure or table.{Suggestion.Sentence(unknown, Words)} "
                + $"Use one or several of {string.Join(", ", Words)}.");
        }

        if (names.Contains(List))
            throw new InvalidOptionException($"{List} runs nothing. Give it without other items, or leave it out.");
        return [.. Every.Where(item => names.Contains(All) || names.Contains(item.Name) || (item is TableItem && names.Contains(Tables)))];
    }
}
