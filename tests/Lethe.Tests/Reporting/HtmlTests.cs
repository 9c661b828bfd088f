using Lethe.Reporting;

namespace Lethe.Tests.Reporting;

public class HtmlTests
{
    [Fact]
    public void Text_WithMarkupOrQuotes_IsEscaped() => Is(
        "<p title='a&apos;b&quot;'>&lt;b&gt;&amp;</p>", $"<p title='{"a'b\""}'>{"<b>&"}</p>");

    [Fact]
    public void Text_WithWhatNoPageCanHold_IsReplaced() => Is("a\uFFFDb\uFFFDc😀", $"{"a\u0001b\uD800c😀"}");

    [Fact]
    public void Piece_WithinAnother_StaysAsItIs()
    {
        Html inner = $"<b>{"&"}</b>";
        Is("<p><b>&amp;</b></p>", $"<p>{inner}</p>");
        Is("<li>1</li><li>&lt;</li>", $"{Html.Each(["1", "<"], text => $"<li>{text}</li>")}");
        Is("", $"{Html.If(false, inner)}{(Html?)null}{(string?)null}");
    }

    [Theory]
    [InlineData(1.23456, "1.23")]
    [InlineData(12, "12")]
    [InlineData(1e4 + 0.5, "10000.5")]
    public void Number_IsACoordinate(double number, string expected) => Is(expected, $"{number}");

    private static void Is(string expected, Html piece) => Assert.Equal(expected, piece.ToString());
}
