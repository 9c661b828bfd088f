using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Umm;

namespace Lethe.Workflow;

/// <summary>
/// What may be expected of UMM in a run, said before it begins. It rests on what was measured: where labels were random, shares gave 3.4
/// points of kNN and the defaults 0.8 (docs/results/control.md); in eleven methods trained for minutes shares took some 3 points by either
/// probe, and the defaults did nothing clear (docs/results/dose.md). What is said of an encoder from elsewhere is from
/// docs/results/real-encoder.md.
/// </summary>
internal static class Expectation
{
    /// <summary>A sentence, or null where there is nothing to warn of.</summary>
    /// <param name="run">The run.</param>
    /// <param name="options">The undo's options.</param>
    public static string? Of(RunDirectory run, UmmOptions options)
    {
        RunManifest manifest = run.LoadManifest();
        return Of(MemorisationMonitor.Judge(run.LoadMeasurements(), manifest.Pretraining.Monitor, manifest.Data.TestCount).Kind, options);
    }

    /// <summary>The same, of what is said of memorisation in a run.</summary>
    public static string? Of(MemorisationKind kind, UmmOptions options)
    {
        bool shares = options.Dose == UmmOptions.Share;
        if (options.Remedy != UmmOptions.Mechanism)
            return null;
        string? expected = kind switch
        {
            MemorisationKind.Memorisation when shares => null,
            MemorisationKind.Memorisation =>
                $"This run memorised. In the positive control --dose {UmmOptions.Share} --alpha 0.5 --beta 0.5 gained four times as "
                    + $"much kNN accuracy as the defaults, and --remedy {UmmOptions.Rewind} as much as shares (docs/results/control.md).",
            MemorisationKind.NoTurn => "No memorisation was seen in this run, so UMM is not expected to raise its accuracy. " + Cost(),
            MemorisationKind.StoodStill =>
                "How this encoder was trained is not known here. An encoder of ImageNet, undone on other pictures, had no clear gain by "
                + "the defaults and lost 10 points of linear accuracy by --dose share (docs/results/real-encoder.md).",
            MemorisationKind.LossTurned =>
                "The loss on unseen images turned in this run. That also happens without a fall of accuracy, so UMM may or may not help. "
                + Cost(),
            _ => "Too little was measured to say whether this run memorised. In runs that did not, UMM raised no accuracy clearly. "
                + Cost(),
        };
        string sentences = Wording.Joined(" ", expected, shares ? Heavy(options) : null);
        return sentences.Length > 0 ? sentences : null;

        string Cost() => shares
            ? "In eleven methods trained for minutes --dose share cost some 3 points of accuracy (docs/results/dose.md)."
            : "Compare it with its control.";
    }

    private static string? Heavy(UmmOptions options)
    {
        (string term, string name, double share) = options.Alpha > options.Beta
            ? ("ΔR’s", "α", options.Alpha) : ("the alignment’s", "β", options.Beta);
        return share <= 1
            ? null
            : Invariant($"As a share, {name} {share} makes {term} gradient {share} times as long as that of the loss. What was measured ")
                + "is --alpha 0.5 --beta 0.5.";
    }
}
