using System.Reflection;
using Lethe.Evaluation.Protocols;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;

namespace Lethe.Tests.Runtime;

/// <summary>All option records of the library.</summary>
public class LibraryLimitsTests
{
    private static readonly Type[] numbers =
        [typeof(int), typeof(long), typeof(float), typeof(double), typeof(decimal), typeof(byte), typeof(short), typeof(uint), typeof(ulong)];

    // Numbers that need no limit, and why.
    private static readonly Dictionary<Type, string> unlimited = new() { [typeof(ulong)] = "a seed: every value is as good" };

    private static readonly Type[] all =
    [
        .. typeof(OptionRecord).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && (type.IsSubclassOf(typeof(OptionRecord)) || type.Name.EndsWith("Options", StringComparison.Ordinal))),
    ];

    private static readonly (Type Record, PropertyInfo Property, LimitAttribute Limit)[] limits =
        [.. all.SelectMany(type => type.GetProperties().Select(property => (type, property, property.GetCustomAttribute<LimitAttribute>()!)).Where(one => one.Item3 is not null))];

    public static TheoryData<Type> Records => [.. all.Where(type => type.IsSubclassOf(typeof(OptionRecord)))];

    public static TheoryData<string> Limited => [.. limits.Select(one => $"{one.Record.Name}.{one.Property.Name}")];

    [Fact]
    public void EveryNumber_OfOptions_HasALimit()
    {
        Assert.All((Type[])[typeof(TrainingOptions), typeof(UmmOptions), typeof(SemiProtocolOptions), typeof(TorchRuntimeOptions)], type => Assert.Contains(type, all));
        Assert.DoesNotContain(
            all.SelectMany(type => type.GetProperties().Select(property => (type, property))),
            one => (Nullable.GetUnderlyingType(one.property.PropertyType) ?? one.property.PropertyType) is var type && numbers.Contains(type) && !unlimited.ContainsKey(type)
                && one.property.GetCustomAttribute<LimitAttribute>() is null);
    }

    [Fact]
    public void EveryLimit_OfOptions_HasABoundAndIsOfANumber() => Assert.All(limits, one =>
    {
        Assert.Contains(new[] { one.Limit.AtLeast, one.Limit.Above, one.Limit.AtMost, one.Limit.Below }, double.IsFinite);
        Assert.Contains(Nullable.GetUnderlyingType(one.Property.PropertyType) ?? one.Property.PropertyType, numbers);
    });

    [Theory]
    [MemberData(nameof(Records))]
    public void Defaults_OfEveryRecord_Hold(Type type)
    {
        var defaults = (OptionRecord)Activator.CreateInstance(type)!;
        defaults.Validate();
        (defaults as ProtocolOptions)?.Quick().Validate();
    }

    /// <summary>One step beyond, by the attribute alone or with what it takes along, is refused by name; NaN is too.</summary>
    [Theory]
    [MemberData(nameof(Limited))]
    public void Validate_OneStepBeyondALimit_NamesTheOption(string name)
    {
        (Type type, PropertyInfo property, LimitAttribute limit) = limits.Single(one => $"{one.Record.Name}.{one.Property.Name}" == name);
        bool whole = property.PropertyType == typeof(int);
        double[] beyond =
        [
            .. double.IsNaN(limit.AtLeast) ? (double[])[] : [whole ? Skip(limit.AtLeast - 1) : Math.BitDecrement(limit.AtLeast)],
            .. double.IsNaN(limit.AtMost) ? (double[])[] : [whole ? limit.AtMost + 1 : Math.BitIncrement(limit.AtMost)],
            .. double.IsNaN(limit.Above) ? (double[])[] : [limit.Zero is null ? limit.Above : Math.BitDecrement(limit.Above)],
            .. double.IsNaN(limit.Below) ? (double[])[] : [limit.Below],
            .. whole ? (double[])[] : [double.NaN, double.PositiveInfinity, double.NegativeInfinity],
        ];
        Assert.NotEmpty(beyond);
        Assert.All(beyond, value =>
        {
            var record = (OptionRecord)Activator.CreateInstance(type)!;
            property.SetValue(record, whole ? (object)(int)value : value);
            string[] lines = Assert.Throws<InvalidOptionException>(record.Validate).Message.Split('\n');
            Assert.Contains(lines, line => line.StartsWith($"{OptionName.InMessages(type, property)} must be ", StringComparison.Ordinal) && line.Contains(limit.Words, StringComparison.Ordinal));
        });

        // The next below 1 is 0, which may be allowed.
        double Skip(double value) => value == 0 && limit.Zero is not null ? -1 : value;
    }
}
