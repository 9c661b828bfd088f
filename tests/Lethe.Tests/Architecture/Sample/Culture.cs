using System.Globalization;
using System.Text;

namespace Lethe.Tests.Architecture.Sample.Culture;

internal static class Foreign
{
    public static string Half(double? value) => $"{value:0.0}";

    public static string Date(DateTimeOffset value) => $"{value:d}";

    public static string Thousands(int value) => $"{value:#,0}";

    public static string Sum(double value) => "a" + value;

    public static string Joined(IEnumerable<double> values) => string.Join(' ', values);

    public static StringBuilder Append(StringBuilder text, double value) => text.Append(value);

    public static string Nested(float value) => FormattableString.Invariant($"{1.5} {$"{value}"}");

    public static IEnumerable<string> Key(IEnumerable<string> names) => names.OrderBy(name => name);

    public static void Sorted(string[] names) => Array.Sort(names);

    public static SortedSet<string> Set() => [];
}

internal static class Unmoved
{
    public static string Numbers(double value, int count, DayOfWeek day, string? name) =>
        FormattableString.Invariant($"{value:0.0}") + $"{count} {count:D2} {day} {name}" + value.ToString(CultureInfo.InvariantCulture);

    public static string Joined(IEnumerable<int> values, IEnumerable<double> numbers) =>
        string.Join(' ', values) + string.Join(' ', numbers.Select(number => FormattableString.Invariant($"{number}")));

    public static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.Ordinal).OrderBy(name => name.Length);

    public static SortedSet<string> Set() => new(StringComparer.Ordinal);
}
