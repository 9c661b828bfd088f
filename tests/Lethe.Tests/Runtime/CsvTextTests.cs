using Lethe.Runtime;

namespace Lethe.Tests.Runtime;

public sealed class CsvTextTests
{
    /// <summary>What a spreadsheet would compute is text.</summary>
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    public void Field_Formula_IsText(string text, string field) => Assert.Equal(field, CsvText.Field(text));

    /// <summary>What is written is read as it was.</summary>
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("'=1+1", "''=1+1")]
    [InlineData("''-x", "'''-x")]
    [InlineData("'tis", "'tis")]
    [InlineData("'", "'")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("", "")]
    public void Plain_OfSafe_IsTheText(string text, string safe)
    {
        Assert.Equal(safe, CsvText.Safe(text));
        Assert.Equal(text, CsvText.Plain(safe));
    }

    [Theory]
    [InlineData("-0.25")]
    [InlineData("+1.5e-3")]
    [InlineData("-0.25 [-0.5 0.1]")]
    [InlineData("cat")]
    [InlineData("a=b")]
    [InlineData("–")]
    [InlineData("")]
    public void Field_NumberOrName_StaysAsItIs(string text) => Assert.Equal(text, CsvText.Field(text));
}
