using System.Reflection;

namespace Lethe.Runtime;

/// <summary>The names that an option can have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute : Attribute, IOptionRule
{
    private readonly Lazy<IReadOnlyList<string>> names;

    /// <summary>Takes the names one by one.</summary>
    /// <param name="names">The names; an empty one stands for an option that may be left open, and is not offered.</param>
    public OneOfAttribute(params string[] names) => this.names = new(() => names);

    /// <summary>Takes the names of a list that stands with what they choose between.</summary>
    /// <param name="type">The class that has the list.</param>
    /// <param name="member">Its static property or field, an <see cref="IReadOnlyList{T}"/> of strings.</param>
    public OneOfAttribute(Type type, string member)
    {
        const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        names = new(() => (IReadOnlyList<string>)(
            type.GetProperty(member, Static)?.GetValue(null)
            ?? type.GetField(member, Static)?.GetValue(null)
            ?? throw new MissingMemberException(type.FullName, member)));
    }

    /// <summary>The names, but for an empty one.</summary>
    internal IEnumerable<string> Offered => names.Value.Where(name => name.Length > 0);

    /// <summary>The rule in words that follow "must be", as in "at least 2 images".</summary>
    public string Words
    {
        get
        {
            string[] offered = [.. Offered];
            return offered.Length < 2 ? string.Concat(offered) : $"{string.Join(", ", offered[..^1])} or {offered[^1]}";
        }
    }

    /// <summary>Checks a value.</summary>
    /// <param name="name">The option, as messages name it.</param>
    /// <param name="value">Its value.</param>
    /// <returns>What was expected and what was found; null where the value can be used.</returns>
    public string? Violation(string name, object? value) =>
        names.Value.Contains(value as string)
            ? null
            : $"{name} '{value as string}' is unknown.{Suggestion.Sentence(value as string ?? "", names.Value)} Use {Words}.";
}
