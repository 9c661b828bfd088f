using Lethe.Diagnostics;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

public class ExpectationTests
{
    [Theory]
    [InlineData("Memorisation", "raw", "umm", "--dose share --alpha 0.5 --beta 0.5 gained four times")]
    [InlineData("Memorisation", "share", "umm", null, 0.5)]
    [InlineData("Memorisation", "share", "umm", "What was measured is --alpha 0.5 --beta 0.5.")]
    [InlineData("NoTurn", "share", "umm", "cost some 3 points of accuracy (docs/results/dose.md). As a share, β 10 makes the alignment’s gradient 10 times as long")]
    [InlineData("NoTurn", "raw", "umm", "not expected to raise")]
    [InlineData("NoTurn", "share", "umm", "cost some 3 points")]
    [InlineData("LossTurned", "raw", "umm", "UMM may or may not help")]
    [InlineData("TooFew", "share", "umm", "Too little was measured")]
    [InlineData("StoodStill", "raw", "umm", "not known here")]
    [InlineData("StoodStill", "share", "umm", "lost 10 points of linear accuracy by --dose share")]
    [InlineData("StoodStill", "raw", "continue", null)]
    [InlineData("NoTurn", "raw", "whiten", null)]
    [InlineData("Memorisation", "raw", "continue", null)]
    public void Of_WhatTheMonitorSays_IsWhatWasMeasured(string kind, string dose, string remedy, string? expected, double beta = 10)
    {
        UmmOptions options = new() { Dose = dose, Remedy = remedy, Beta = beta };
        string? found = Expectation.Of(Enum.Parse<MemorisationKind>(kind), options);
        if (expected is null)
            Assert.Null(found);
        else
            Assert.Contains(expected, found, StringComparison.Ordinal);
    }
}
