using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Data;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;

namespace Lethe.Runs;

/// <summary>What <c>run.json</c> says about a run: all that is needed to repeat it, and how far it got.</summary>
internal sealed record RunManifest
{
    /// <summary>The format of the run directory that this version reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format of this run directory.</summary>
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>Version of the program that made the run.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>What the directory holds.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>How far the run got.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Name of the self-supervised method, as people write it.</summary>
    public required string Method { get; init; }

    /// <summary>The options of the pre-training; of an undo and of a control, those of the run that they belong to.</summary>
    public required RunOptions Pretraining { get; init; }

    /// <summary>How training was to be when the run began; null where it was not made longer since.</summary>
    public TrainingOptions? FirstTraining { get; init; }

    /// <summary>The options of the undo, which its control shares; null of a pre-training.</summary>
    public UmmOptions? Umm { get; init; }

    /// <summary>The seed from which all randomness of the run is derived.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The command line that makes the run again.</summary>
    public required string Command { get; init; }

    /// <summary>Software and machine.</summary>
    public required RunVersions Versions { get; init; }

    /// <summary>The images.</summary>
    public required RunData Data { get; init; }

    /// <summary>The weights that the run began with; null where they were fresh.</summary>
    public RunOrigin? Origin { get; init; }

    /// <summary>
    /// Where weights are from that were not trained here, and what was trained of them, in sentences; none where they were fresh.
    /// </summary>
    [JsonIgnore]
    public IEnumerable<string> Beginning => Origin is null ? [] :
    [
        .. Origin.Sentences,
        .. (HeadsAlone, Pretraining.Training.Epochs) switch
        {
            (_, 0) => ["Nothing was trained here."],
            (true, int epochs) =>
            [
                $"Heads were trained on the encoder in {epochs} epoch{(epochs == 1 ? "" : "s")}. Every layer of it stayed as it is: only "
                    + "the projector's curves can move.",
            ],
            _ => Array.Empty<string>(),
        },
    ];

    /// <summary>Whether the heads alone were trained, so that the encoder is what the run began with.</summary>
    [JsonIgnore]
    public bool HeadsAlone => Pretraining.Training.HeadsAlone;

    /// <summary>What was chosen by the images where an option was left open, with the reasons; the options hold the values.</summary>
    public IReadOnlyList<Choice> Choices { get; init; } = [];

    /// <summary>Whether the run has images: an encoder from elsewhere can be imported without.</summary>
    [JsonIgnore]
    public bool HasImages => Data.TrainCount > 0;

    /// <summary>What the coding rates in <c>metrics.jsonl</c> were computed with, by layer.</summary>
    public IReadOnlyList<RateSetting> RateSettings { get; init; } = [];

    /// <summary>How many images trained on, and as many unseen, with two views each, they and membership were measured on.</summary>
    [JsonIgnore]
    public int ImagesOfRates => RateSettings.Select(setting => setting.Rows / 2).FirstOrDefault();

    /// <summary>The epoch (or iteration of UMM) whose state was kept by the rule for stopping; null where there is none.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>How <c>metrics.jsonl</c> is; null until the run is done, since before that the last checkpoint says it.</summary>
    public FileSeal? Metrics { get; init; }

    /// <summary>How long it took; null until something was measured.</summary>
    public RunTimings? Timings { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset StartedUtc { get; init; }

    /// <summary>When the run ended; null while it has not.</summary>
    public DateTimeOffset? FinishedUtc { get; init; }

    /// <summary>What a reader of the results should know, such as files that were skipped.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why differences between images trained on and unseen ones may say little; none where nothing is known.</summary>
    [JsonIgnore]
    public IEnumerable<string> Doubts => Notes.Where(note => note.StartsWith(DataNotice.Void, StringComparison.Ordinal));

    /// <summary>What went amiss without ending the run, such as a collapse; each kind of it once.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];

    /// <summary>Each evaluation that measured test or sealed images, of the run and its undos; earlier versions kept none.</summary>
    public IReadOnlyList<Look> Looks { get; init; } = [];

    /// <summary>The message of the error that ended the run; null where none did.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether it ended because training diverged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Diverged { get; init; }

    /// <summary>Refuses what no run writes and what its types alone do not rule out.</summary>
    /// <exception cref="JsonException">A list has an empty entry, or statistics are not of the image's channels.</exception>
    public void RequireWhole()
    {
        IEnumerable<object?>[] lists = [RateSettings, Choices, Notes, Warnings, Looks];
        if (lists.Any(list => list.Contains(null)))
            throw new JsonException("a list with an entry that is null.");
        if (Data.ChannelMean.Count != Data.Channels || Data.ChannelStandardDeviation.Count != Data.Channels)
        {
            throw new JsonException(
                $"{Data.ChannelMean.Count} means and {Data.ChannelStandardDeviation.Count} deviations of {Data.Channels} channels.");
        }
    }

    /// <summary>
    /// Refuses to go on with a training that diverged: from its last checkpoint it would take the same steps to the same end.
    /// </summary>
    /// <param name="path">The run's directory.</param>
    /// <param name="anew">How another one is begun, as "another --out".</param>
    /// <exception cref="RunException">It diverged.</exception>
    public void RequireFinite(string path, string anew)
    {
        if (Diverged)
        {
            throw new RunException(
                $"{path} diverged, and would again from its last checkpoint: {Failure} To begin anew with such options, give {anew}; "
                + $"it was begun with '{Command}'.");
        }
    }
}
