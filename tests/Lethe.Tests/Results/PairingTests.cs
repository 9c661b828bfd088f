using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

/// <summary>The rules by which numbers are subtracted, in the table that every query is made over.</summary>
public class PairingTests
{
    private static readonly ResultKey linear = ResultKey.Probe(Measure.LinearAccuracy, "layer4");

    /// <summary>0.7 − 0.5, 0.6 − 0.55 and 0.9 − 0.6 by seed; by position they would be 0.4, 0.05 and 0.1.</summary>
    [Fact]
    public void Less_RunsInAnotherOrder_PairsBySeed()
    {
        Entrant before = Entrant(EvaluationStage.Before, (1, 0.5), (2, 0.55), (3, 0.6)),
            umm = Entrant(EvaluationStage.Umm, (3, 0.9), (2, 0.6), (1, 0.7));
        PairedResult found = umm.Less(before, linear)!;
        PairedDifference expected = PairedDifference.Of([0.6, 0.55, 0.5], [0.9, 0.6, 0.7]);
        Assert.Equal(expected, found.Difference);
        Assert.Equal(0.55 / 3, found.Difference!.Mean, 1e-12);
        Assert.Equal(("UMM − before", (string?)null), (found.What, found.Refusal));
    }

    [Fact]
    public void Less_SeedsOfOneSideOnly_AreLeftOut()
    {
        Entrant before = Entrant(EvaluationStage.Before, (1, 0.5), (2, 0.55)), umm = Entrant(EvaluationStage.Umm, (2, 0.6), (4, 0.9));
        PairedResult found = umm.Less(before, linear)!;
        Assert.Equal((1, 0.05), (found.Difference!.Count, Math.Round(found.Difference.Mean, 12)));
        Assert.Equal((0.55, 0.6), (found.From.Mean, found.To.Mean));
    }

    [Fact]
    public void Less_SideThatWasNotMeasured_IsNothingAndNoRefusal()
    {
        Entrant umm = Entrant(EvaluationStage.Umm, (1, 0.6));
        Assert.Null(umm.Less(null, linear));
        Assert.Null(umm.Less(Entrant(EvaluationStage.Before), linear));
        Assert.Null(umm.Less(umm, linear with { Layer = "stem" }));
    }

    public static TheoryData<string> Faults => ["seed", "twice", "settings", "fitted on", "measured on", "images", "evaluation"];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Less_WhatDoesNotBelongTogether_IsRefusedWithItsReason(string fault)
    {
        EvaluationRecord record = Record(EvaluationStage.Umm, 0.6);
        bool protocol = fault == "evaluation";
        EvaluationRecord Protocol(EvaluationRecord of, ulong seed) => of with { Protocol = "linear", Measure = "accuracy", Settings = "how", Seed = seed };
        (string expected, SeedResults[] seeds) = fault switch
        {
            "seed" => ("they have no seed in common", [Seed(2, record)]),
            "twice" => ("several runs have the seed 1", [Seed(1, record), Seed(1, record)]),
            "settings" => ("they were measured with different settings", [Seed(1, record with { Temperature = 0.1 })]),
            "fitted on" => ("numbers of images differ (fitted on 7 and 10, measured on 20 and 20 at seed "
                + "1)", [Seed(1, record with { ProbeCount = 7 })]),
            "measured on" => (
                "numbers of images differ (fitted on 10 and 10, measured on an unknown number and 20 at seed 1)",
                [Seed(1, record with { TestCount = null })]),
            "images" => ("the images differ (fingerprints beef and 00ff at seed 1; training images count)", [Seed(1, record, "beef")]),
            _ => ("the seeds of their evaluations differ (8 and 7)", new[] { Seed(1, Protocol(record, 8)) }),
        };
        EvaluationRecord from = Record(EvaluationStage.Before, 0.5);
        Entrant before = Entrant(EvaluationStage.Before) with { Seeds = [Seed(1, protocol ? Protocol(from, 7) : from)] };
        ResultKey key = protocol ? linear with { Protocol = "linear", Measure = "accuracy" } : linear;
        PairedResult found = (Entrant(EvaluationStage.Umm) with { Seeds = seeds }).Less(before, key)!;
        Assert.Null(found.Difference);
        Assert.Equal(expected, found.Refusal);
        Assert.Equal([$"UMM − before is left out of {key.Name}, layer4: {expected}."], PairedResult.Refusals([found, null]));
    }

    [Fact]
    public void Less_AccuraciesOfOtherWidths_AreNotRefused()
    {
        Entrant Wide(EvaluationStage stage, int width) =>
            Entrant(stage) with { Seeds = [Seed(1, Record(stage, 0.5) with { Dimension = width })] };
        Assert.Null(Wide(EvaluationStage.Umm, 64).Less(Wide(EvaluationStage.Before, 32), linear)!.Refusal);
        EvaluationRecord Rank(EvaluationStage stage, int width) =>
            ReportSamples.Probe(stage, Measure.EffectiveRank, 9) with { Dimension = width };
        Entrant Ranked(EvaluationStage stage, int width) => Entrant(stage) with { Seeds = [Seed(1, Rank(stage, width))] };
        ResultKey key = ResultKey.Probe(Measure.EffectiveRank, "layer4");
        Assert.NotNull(Ranked(EvaluationStage.Umm, 64).Less(Ranked(EvaluationStage.Before, 32), key)!.Refusal);
    }

    /// <summary>
    /// Of 20 images at a mean of 0.5 the sampling error is √(2 · 0.25 / 20) = 0.1581, and t(0.975, 19) + t(0.8, 19) = 2.0930 + 0.8610.
    /// </summary>
    [Theory]
    [InlineData(0.332, true)]
    [InlineData(0.33, false)]
    public void Less_OneSeed_IsTestedByTheSamplingError(double gain, bool isClear)
    {
        PairedResult found = Entrant(EvaluationStage.Umm, (1, 0.5 + (gain / 2))).Less(
            Entrant(EvaluationStage.Before, (1, 0.5 - (gain / 2))), linear)!;
        Assert.Equal(Math.Sqrt(2 * 0.25 / 20), found.Difference!.Error!.Standard, 1e-12);
        MeanError error = found.Difference.Error;
        Assert.Equal((MeanErrorOrigin.Sampling, 1, 20), (error.Origin, error.Seeds, error.Images));
        Assert.Equal(isClear, found.Difference.IsClear);
        Assert.Equal("not clear (could have seen 46.7\u00A0points)", found.NotClear);
    }

    /// <summary>A true difference of more than 100 points is none.</summary>
    [Fact]
    public void Less_TwoSeedsFarApart_SaysThatTheyCouldHaveSeenNone() => Assert.Equal(
        "not clear (so few seeds could have seen none)",
        Entrant(EvaluationStage.Umm, (1, 0.5), (2, 0.8)).Less(Entrant(EvaluationStage.Before, (1, 0.5), (2, 0.5)), linear)!.NotClear);

    [Fact]
    public void Less_OneSeedOfWhatIsNoAccuracy_IsNeverClear()
    {
        Entrant Rated(EvaluationStage stage, double value) =>
            Entrant(stage) with { Seeds = [Seed(1, Record(stage, value) with { Measure = Measure.InstanceReductionHeldOut })] };
        ResultKey key = ResultKey.Probe(Measure.InstanceReductionHeldOut, "layer4");
        PairedDifference found = Rated(EvaluationStage.Umm, 90).Less(Rated(EvaluationStage.Before, 1), key)!.Difference!;
        Assert.Null(found.Error);
        Assert.Null(found.VisibleFrom);
        Assert.False(found.IsClear);
    }

    /// <summary>Two seeds saw the same four images, of which 2 and 4 of the one, and 2 and 3 of the other, are right afterwards only.</summary>
    [Fact]
    public void Less_RecordsWithHits_IsOverSeedsAndImages()
    {
        EvaluationRecord[] before = [Seen("1000"), Seen("1001")], umm = [Seen("1101"), Seen("1110")];
        PairedDifference found = Less(umm, before).Difference!;
        MeanError expected = MeanError.OfImages([[0, 1, 0, 1], [0, 1, 1, -1]], isShared: true)!;
        Assert.Equal(expected, found.Error);
        Assert.Equal((2, 0.375, expected.Chance(0.375)), (found.Count, found.Mean, found.P!.Value));
        Assert.Equal("over 2\u00A0seeds × 4\u00A0images, the same under every seed", Wording.Made(found.Error!));

        EvaluationRecord[] Others(EvaluationRecord[] records) => [records[0], records[1] with { TestImages = "beef" }];
        Assert.Equal(
            MeanError.OfImages([[0, 1, 0, 1], [0, 1, 1, -1]], isShared: false), Less(Others(umm), Others(before)).Difference!.Error);
    }

    [Fact]
    public void Less_HitsThatAreNoPairs_FallsBackToSeeds()
    {
        EvaluationRecord[] before = [Seen("1000"), Seen("1001")], umm = [Seen("1101"), Seen("1110")];
        MeanErrorOrigin Of(EvaluationRecord first) => Less([first, umm[1]], before).Difference!.Error!.Origin;
        Assert.Equal(MeanErrorOrigin.Seeds, Of(umm[0] with { Hits = null }));
        Assert.Equal(MeanErrorOrigin.Seeds, Of(umm[0] with { TestImages = null }));

        // A value over several draws of images is not the share of one list of hits.
        Assert.Equal(MeanErrorOrigin.Seeds, Of(umm[0] with { Value = 0.7 }));
        Assert.Equal(
            "the test images differ (fingerprints beef and cafe at seed 1)", Less([umm[0] with { TestImages = "beef" }, umm[1]], before).Refusal);
    }

    private static PairedResult Less(EvaluationRecord[] to, EvaluationRecord[] from)
    {
        Entrant Of(EvaluationStage stage, EvaluationRecord[] records) => Entrant(stage) with
        {
            Seeds = [.. records.Index().Select(one => Seed((ulong)one.Index + 1, one.Item with { Stage = stage }))],
        };
        return Of(EvaluationStage.Umm, to).Less(Of(EvaluationStage.Before, from), linear)!;
    }

    private static EvaluationRecord Seen(string hits) => Record(EvaluationStage.Umm, hits.Average(hit => hit - '0')) with
    {
        Hits = Hits.Pack([.. hits.Select(hit => hit == '1')]), TestImages = "cafe", TestCount = hits.Length,
    };

    private static Entrant Entrant(EvaluationStage stage, params (ulong Seed, double Value)[] values) =>
        new(
            Wording.Stage(stage),
            Wording.Stage(stage),
            "",
            stage,
            null,
            [.. values.Select(one => Seed(one.Seed, Record(stage, one.Value)))]);

    private static SeedResults Seed(ulong seed, EvaluationRecord record, string fingerprint = "00ff") =>
        SeedResults.Of(seed, fingerprint, record.Stage, [record]);

    private static EvaluationRecord Record(EvaluationStage stage, double value) =>
        ReportSamples.Probe(stage, Measure.LinearAccuracy, value) with { ProbeCount = 10, TestCount = 20 };
}
