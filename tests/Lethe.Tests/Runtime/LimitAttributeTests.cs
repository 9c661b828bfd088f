using Lethe.Runtime;

namespace Lethe.Tests.Runtime;

public class LimitAttributeTests
{
    public static TheoryData<LimitAttribute, double> Within => new()
    {
        { new() { AtLeast = 2 }, 2 },
        { new() { Above = 0 }, double.Epsilon },
        { new() { Above = 0 }, double.MaxValue },
        { new() { AtMost = 1 }, 1 },
        { new() { Below = 1 }, Math.BitDecrement(1.0) },
        { new() { AtLeast = -1, AtMost = 1 }, -1 },
        { new() { AtLeast = -1, AtMost = 1 }, 1 },
        { new() { AtLeast = 16, AtMost = 224, Zero = "for all" }, 0 },
        { new() { AtLeast = 16, AtMost = 224, Zero = "for all" }, 16 },
        { new() { Above = 0, Zero = "for the default" }, 0 },
    };

    public static TheoryData<LimitAttribute, double, string> Beyond => new()
    {
        { new() { AtLeast = 2, Unit = "images" }, 1, "--x must be at least 2 images, found 1." },
        { new() { AtLeast = 0.5 }, Math.BitDecrement(0.5), "--x must be at least 0.5, found 0.49999999999999994." },
        { new() { Above = 0 }, 0, "--x must be above 0, found 0." },
        { new() { AtMost = 1 }, Math.BitIncrement(1.0), "--x must be at most 1, found 1.0000000000000002." },
        { new() { Below = 1 }, 1, "--x must be below 1, found 1." },
        { new() { AtLeast = -1, AtMost = 1 }, -1.5, "--x must be between -1 and 1, found -1.5." },
        { new() { AtLeast = 4, AtMost = 512, Unit = "channels" }, 513, "--x must be between 4 and 512 channels, found 513." },
        { new() { AtLeast = 0, Below = 1 }, -1, "--x must be at least 0 and below 1, found -1." },
        { new() { Above = 0, AtMost = 1 }, 0, "--x must be above 0 and at most 1, found 0." },
        { new() { Above = 0, AtMost = 1 }, 2, "--x must be above 0 and at most 1, found 2." },
        { new() { AtLeast = 2, Unit = "images", Zero = "for all" }, 1, "--x must be at least 2 images, or 0 for all; found 1." },
        { new() { AtLeast = 2, Unit = "images", Zero = "for all" }, -1, "--x must be at least 2 images, or 0 for all; found -1." },
        { new() { AtLeast = 0 }, double.NaN, "--x must be finite and at least 0, found NaN." },
        { new() { AtLeast = 0 }, double.PositiveInfinity, "--x must be finite and at least 0, found Infinity." },
        { new() { AtMost = 1 }, double.NegativeInfinity, "--x must be finite and at most 1, found -Infinity." },
        { new() { AtLeast = 1, Zero = "for none" }, double.NaN, "--x must be finite and at least 1, or 0 for none; found NaN." },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Within))]
    public void Violation_OfAValueWithin_IsNone(LimitAttribute limit, double value) => Assert.Null(limit.Violation("--x", value));

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Beyond))]
    public void Violation_OfAValueBeyond_SaysWhatWasExpectedAndFound(LimitAttribute limit, double value, string expected) =>
        Assert.Equal(expected, limit.Violation("--x", value));

    [Fact]
    public void Violation_OfWholeNumbersAndOfNothing_IsAsOfOthers()
    {
        var limit = new LimitAttribute { AtLeast = 2 };
        Assert.Null(limit.Violation("--x", 2));
        Assert.Null(limit.Violation("--x", null));
        Assert.Equal("--x must be at least 2, found 1.", limit.Violation("--x", 1));
    }
}
