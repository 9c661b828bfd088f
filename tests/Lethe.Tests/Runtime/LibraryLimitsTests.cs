using System.Reflection;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation.Protocols;
using Lethe.Evaluation;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

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
        .. typeof(OptionRecord).Assembly.GetTypes().Concat(typeof(TorchRuntime).Assembly.GetTypes())
            .Where(type => !type.IsAbstract)
            .Where(type => type.IsSubclassOf(typeof(OptionRecord)) || type.Name.EndsWith("Options", StringComparison.Ordinal)),
    ];

    private static readonly (Type Record, PropertyInfo Property, LimitAttribute Limit)[] limits =
    [
        .. from type in all
           from property in type.GetProperties()
           let limit = property.GetCustomAttribute<LimitAttribute>()
           where limit is not null
           select (type, property, limit),
    ];

    /// <summary>All with defaults: options of a method that the program does not know have none.</summary>
    public static TheoryData<Type> Records =>
        [.. all.Where(type => type.IsSubclassOf(typeof(OptionRecord)) && type != typeof(UnknownMethodOptions))];

    public static TheoryData<string> Limited => [.. limits.Select(one => $"{one.Record.Name}.{one.Property.Name}")];

    public static TheoryData<OptionRecord, string> Combinations => new()
    {
        { new MemorisationOptions { Patience = 5 }, "--fewest-evaluations must be at least --patience + 2 = 7, found 6." },
        { new LinearProbeOptions { LargestStrength = 1e-7 }, "linear probe: smallest-strength must be at most largest-strength (1E-07), found 1E-06." },
        {
            new LogisticRegressionOptions { SmallestStrength = 20 },
            "logistic regression: smallest-strength must be at most largest-strength (10), found 20."
        },
        { new CausalProtocolOptions { CausalRho = 0 }, "--causal-rho must not be 0: there would be no shortcut to turn around." },
        { new DataOptions { Data = " " }, "--data is empty. Give 'embedded', a name that 'lethe data' lists, or a path." },
        { new DataOptions { Cache = "" }, "--cache is empty. Give a file, or a folder to put it in, or leave it out." },
        { new SemiProtocolOptions { SemiShares = "" }, "--semi-shares '' must be numbers above 0 and at most 1 with commas between, as 0.01,0.1." },
        {
            new RobustnessProtocolOptions { RobustnessSeverities = "0,6", RobustnessCorruptions = "fog,rain" },
            "--robustness-severities '0,6' must be numbers from 1 to 5 with commas between, as 1,3,5.\n--robustness-corruptions "
            + "'fog,rain' is unknown."
        },
        { new ProtocolRunOptions { Stages = "," }, "--stages ',' is unknown. Use all, or untrained, before, control, umm with commas between." },
        { new Machine { Device = "cpu:1" }, "--device 'cpu:1' is unknown. Use cpu, cuda or cuda:N." },
        { new InterleavingOptions { UmmSplit = "layer4" }, "--umm-split 'layer4' is unknown. Did you mean layer1 or layer2 or layer3?" },
        { new RunOptions { Training = new TrainingOptions { BatchSize = 1 } }, "--batch-size must be at least 2 images, or 0 " },
    };

    [Fact]
    public void EveryNumber_OfOptions_HasALimit()
    {
        Type[] some = [typeof(TrainingOptions), typeof(UmmOptions), typeof(SemiProtocolOptions), typeof(TorchRuntimeOptions)];
        Assert.All(some, type => Assert.Contains(type, all));
        Assert.Empty(
            from type in all
            from property in type.GetProperties()
            where numbers.Contains(Plain(property)) && !unlimited.ContainsKey(Plain(property))
            where property.GetCustomAttribute<LimitAttribute>() is null
            select $"{type.Name}.{property.Name} has no limit");
    }

    [Fact]
    public void EveryLimit_OfOptions_HasABoundAndIsOfANumber() => Assert.All(limits, one =>
    {
        Assert.Contains(new[] { one.Limit.AtLeast, one.Limit.Above, one.Limit.AtMost, one.Limit.Below }, double.IsFinite);
        Assert.Contains(Plain(one.Property), numbers);
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
        bool whole = Plain(property) == typeof(int);
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
            Assert.Contains(limit.Violation(OptionName.InMessages(type, property), value), lines);
        });

        // The next below 1 is 0, which may be allowed.
        double Skip(double value) => value == 0 && limit.Zero is not null ? -1 : value;
    }

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Combinations))]
    public void Validate_ValuesThatDoNotGoTogether_SaysWhatWould(OptionRecord record, string expected)
    {
        string message = Assert.Throws<InvalidOptionException>(record.Validate).Message;
        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.Equal(expected.Split('\n').Length, message.Split('\n').Length);
    }

    private static Type Plain(PropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
}
