using Lethe.Augmentation;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;

namespace Lethe.Tests.Runtime;

public class OptionRecordTests
{
    [Fact]
    public void Validate_ValuesThatHold_SaysNothing() => new Whole().Validate();

    [Fact]
    public void Validate_SeveralErrors_AreReportedAtOnceWithALineForEach() => Assert.Equal(
        """
        --few-images must be at least 2 images, found 1.
        --share must be finite and between 0 and 1, found NaN.
        --kind 'c' is unknown. Use a or b.
        """,
        Message(new Part { FewImages = 1, Share = double.NaN, Kind = "c" }));

    /// <summary>
    /// In the order of the properties, then the rules on combinations, which are looked at where single values are wrong too.
    /// </summary>
    [Fact]
    public void Validate_RecordsWithin_AreCheckedWithTheWhole() => Assert.Equal(
        """
        --share must be between 0 and 1, found 2.
        --most must be at least 1, found 0.
        --least must be at most --most (0), found 3.
        """,
        Message(new Whole { Part = new Part { Share = 2 }, Most = 0, Least = 3 }));

    [Fact]
    public void Validate_CombinationAlone_IsReported() =>
        Assert.Equal("--least must be at most --most (5), found 6.", Message(new Whole { Least = 6 }));

    /// <summary>A check that throws, as the search of a registry does, takes none of the errors before it away.</summary>
    [Fact]
    public void Validate_CheckThatThrows_IsOneErrorMore() => Assert.Equal(
        """
        --least must be at most --most (5), found 6.
        thrown
        """,
        Message(new Whole { Least = 6, Throws = true }));

    [Fact]
    public void Validate_OptionsThatAreNoFlags_AreNamedAfterWhatTheyBelongTo() =>
        Assert.Equal("the sample: how-many must be at least 1, found 0.", Message(new NoFlags { HowMany = 0 }));

    [Fact]
    public void ValidateAll_RecordsThatShareAnOption_ReportItOnce() => Assert.Equal(
        """
        --few-images must be at least 2 images, found 0.
        the sample: how-many must be at least 1, found 0.
        """,
        Assert.Throws<InvalidOptionException>(() => OptionRecord.ValidateAll(
            [new Part { FewImages = 0 }, new NoFlags { HowMany = 0 }, new Part { FewImages = 0 }])).Message);

    [Fact]
    public void Validate_OptionsOfARun_ReportsTheErrorsOfAllItsRecords() => Assert.Equal(
        """
        --hue must be between 0 and 0.5, found 0.75.
        --epochs must be at least 1 epoch, or 0 to keep the weights of --init; found -1.
        --batch-size must be at least 2 images, or 0 to choose it by the number of images; found 1.
        --method 'frob' is unknown.
        """,
        Message(new RunOptions
        {
            Method = "frob",
            Training = new TrainingOptions { Epochs = -1, BatchSize = 1 },
            Views = new AugmentationOptions { Hue = 0.75 },
        }).Split(" Use one of simclr")[0]);

    private static string Message(OptionRecord record) => Assert.Throws<InvalidOptionException>(record.Validate).Message;

    private sealed record Part : OptionRecord
    {
        [Limit(AtLeast = 2, Unit = "images")]
        public int FewImages { get; init; } = 2;

        [Limit(AtLeast = 0, AtMost = 1)]
        public double Share { get; init; }

        [OneOf("a", "b")]
        public string Kind { get; init; } = "a";

        public bool Free { get; init; }
    }

    private sealed record Whole : OptionRecord, IConflicting
    {
        public Part Part { get; init; } = new();

        [Limit(AtLeast = 1)]
        public int Most { get; init; } = 5;

        public int Least { get; init; } = 1;

        public bool Throws { get; init; }

        IEnumerable<string> IConflicting.Conflicts()
        {
            if (Least > Most)
                yield return $"--least must be at most --most ({Most}), found {Least}.";
            if (Throws)
                throw new InvalidOptionException("thrown");
        }
    }

    [OptionsOf("the sample")]
    private sealed record NoFlags : OptionRecord
    {
        [Limit(AtLeast = 1)]
        public int HowMany { get; init; } = 1;
    }
}
