using CsCheck;
using Lethe.Storage;

namespace Lethe.Tests.Storage;

public class PathLinesTests
{
    [Theory]
    [InlineData("a/b.png", "a/b.png")]
    [InlineData(@"a\b.png", @"a\b.png")]
    [InlineData("a\nb.png", "\"a\\nb.png\"")]
    [InlineData("a\r\u0085\tb", "\"a\\r\\u0085\\tb\"")]
    [InlineData("\"a\"", "\"\\u0022a\\u0022\"")]
    public void Of_Path_IsOneLine(string path, string line)
    {
        Assert.Equal(line, PathLines.Of(path));
        Assert.Equal(path, PathLines.Read(line));
    }

    [Fact]
    public void Read_WhatEarlierVersionsWrote_IsThePathItself() => Assert.Equal("\"a.png", PathLines.Read("\"a.png"));

    [Fact]
    public void Read_OfAnyPath_GivesItBack() => Gen.String[Gen.OneOf(Gen.Char['\0', 'ÿ'], Gen.Char['\u2020', '\u2030'], Gen.Char["\"\\\n"])]
        .Sample(path => PathLines.Read(PathLines.Of(path)) == path && PathLines.Of(path).AsSpan().IndexOfAny("\r\n") < 0, threads: 1);
}
