using Lethe.Runtime;

namespace Lethe.Tests.Runtime;

public class OneOfAttributeTests
{
    private static readonly IReadOnlyList<string> field = ["a", "b"];

    internal static IReadOnlyList<string> Property { get; } = ["c"];

    [Fact]
    public void Violation_OfAnotherName_OffersTheNames()
    {
        var rule = new OneOfAttribute("turn", "gap", "either");
        Assert.Null(rule.Violation("--x", "gap"));
        Assert.Equal("--x 'Gap' is unknown. Did you mean gap? Use turn, gap or either.", rule.Violation("--x", "Gap"));
        Assert.Equal("--x '' is unknown. Use turn, gap or either.", rule.Violation("--x", ""));
        Assert.Equal("--x '' is unknown. Use turn, gap or either.", rule.Violation("--x", null));
    }

    [Fact]
    public void Violation_OfAnOptionThatMayBeLeftOpen_DoesNotOfferThat()
    {
        var rule = new OneOfAttribute("", "ours", "torch");
        Assert.Null(rule.Violation("--x", ""));
        Assert.Equal("--x 'mine' is unknown. Use ours or torch.", rule.Violation("--x", "mine"));
    }

    [Fact]
    public void Violation_NamesOfAList_AreReadFromFieldOrProperty()
    {
        Assert.Null(new OneOfAttribute(typeof(OneOfAttributeTests), nameof(field)).Violation("--x", "b"));
        Assert.Equal(
            "--x 'c' is unknown. Use a or b.", new OneOfAttribute(typeof(OneOfAttributeTests), nameof(field)).Violation("--x", "c"));
        Assert.Equal("--x 'a' is unknown. Use c.", new OneOfAttribute(typeof(OneOfAttributeTests), nameof(Property)).Violation("--x", "a"));
    }

    [Fact]
    public void Violation_ListThatIsMissing_IsAnErrorOfTheProgram() =>
        Assert.ThrowsAny<MissingMemberException>(() => new OneOfAttribute(typeof(OneOfAttributeTests), "nothing").Violation("--x", "a"));
}
