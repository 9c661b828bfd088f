using System.CommandLine;

namespace Lethe.Cli;

/// <summary>A flag that is made of properties of option records.</summary>
/// <param name="flag">Its name.</param>
/// <param name="groups">The records that have it.</param>
internal sealed class FieldOption(string flag, IReadOnlyList<OptionGroup> groups) : Option<string?>(flag)
{
    /// <summary>The records that have it.</summary>
    public IReadOnlyList<OptionGroup> Groups { get; } = groups;
}
