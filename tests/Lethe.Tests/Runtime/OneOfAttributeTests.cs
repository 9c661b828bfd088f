using Lethe.Runtime;

namespace Lethe.Tests.Runtime;

public class OneOfAttributeTests
{
    private static readonly IReadOnlyList<string> field = ["a", "b"];

    internal static IReadOnlyList<string> Property { get; } = ["c"];

    [Fact]
    public void Error_OfAnotherName_OffersTheNames()
    {
        var rule = new OneOfAttribute("turn", "gap", "either");
        Assert.Null(rule.Error("--x", "gap"));
        Assert.Equal("--x 'Gap' is unknown. Use turn, gap or either.", rule.Error("--x", "Gap"));
        Assert.Equal("--x '' is unknown. Use turn, gap or either.", rule.Error("--x", ""));
        Assert.Equal("--x '' is unknown. Use turn, gap or either.", rule.Error("--x", null));
    }

    [Fact]
    public void Error_OfAnOptionThatMayBeLeftOpen_DoesNotOfferThat()
    {
        var rule = new OneOfAttribute("", "ours", "torch");
        Assert.Null(rule.Error("--x", ""));
        Assert.Equal("--x 'mine' is unknown. Use ours or torch.", rule.Error("--x", "mine"));
    }

    [Fact]
    public void Error_NamesOfAList_AreReadFromFieldOrProperty()
    {
        Assert.Null(new OneOfAttribute(typeof(OneOfAttributeTests), nameof(field)).Error("--x", "b"));
        Assert.Equal("--x 'c' is unknown. Use a or b.", new OneOfAttribute(typeof(OneOfAttributeTests), nameof(field)).Error("--x", "c"));
        Assert.Equal("--x 'a' is unknown. Use c.", new OneOfAttribute(typeof(OneOfAttributeTests), nameof(Property)).Error("--x", "a"));
    }

    [Fact]
    public void Error_ListThatIsMissing_IsAnErrorOfTheProgram() =>
        Assert.ThrowsAny<MissingMemberException>(() => new OneOfAttribute(typeof(OneOfAttributeTests), "nothing").Error("--x", "a"));
}
