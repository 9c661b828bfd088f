using Lethe.Runtime;

namespace Lethe.Diagnostics;

/// <summary>
/// Says whether a training memorised: with labels, whether an accuracy of the last layer on unseen images turned (<see cref="TurnRule"/>);
/// without, whether the method's loss on unseen images did (<see cref="LossTurn"/>), which says less and is called by its own name.
/// </summary>
/// <remarks>
/// "Memorisation" is said of a turned accuracy only. ΔR is no part of it: what it did is told apart (<see cref="ReductionMonitor"/>).
/// </remarks>
internal static class MemorisationMonitor
{
    /// <summary>The layer that is judged: what is used when training is over.</summary>
    public const string LastLayer = "layer4";

    private const double Tenth = 0.1, FixedShare = 0.5;

    // Two probes, each fitted on images never trained on and on images trained on.
    private static readonly (string Measure, string Words)[] accuracies =
    [
        (Measure.KnnAccuracy, "kNN accuracy"),
        (Measure.LinearAccuracy, "linear accuracy"),
        (Measure.KnnAccuracySeenBank, "kNN accuracy from images trained on"),
        (Measure.LinearAccuracySeenBank, "linear accuracy from images trained on"),
    ];

    /// <summary>Judges one run, whole or so far.</summary>
    /// <param name="measurements">Its <c>metrics.jsonl</c>; of two for one epoch the later counts.</param>
    /// <param name="options">The constants of the rules; null takes the defaults.</param>
    /// <param name="images">
    /// Images that its accuracies are of, for runs of versions that did not record which were labelled right; null where unknown.
    /// </param>
    /// <returns>The verdict.</returns>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    public static MemorisationVerdict Judge(
        IReadOnlyList<Measurement> measurements, MemorisationOptions? options = null, int? images = null) =>
        JudgeSeeds([measurements], options, images);

    /// <summary>Judges runs that differ in their seed alone.</summary>
    /// <param name="runs">The measurements of each, at least one run.</param>
    /// <param name="options">The constants of the rules; null takes the defaults.</param>
    /// <param name="images">As above.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    public static MemorisationVerdict JudgeSeeds(
        IReadOnlyList<IReadOnlyList<Measurement>> runs, MemorisationOptions? options = null, int? images = null)
    {
        options ??= new MemorisationOptions();
        options.Validate();
        LossTurn loss = LossTurn.Of(runs, options);
        if (AccuracyCourse.StoodStill(runs, LastLayer))
        {
            return new MemorisationVerdict(
                MemorisationKind.StoodStill, null, null,
                $"{LastLayer} did not change in this run, so memorisation cannot be judged",
                $"Memorisation cannot be judged: {LastLayer} did not change in this run, in which the heads alone were trained. Only "
                    + "checkpoints of its own training could show how an encoder from elsewhere came to be, and only the images that it "
                    + "was trained on whether it knows them.")
            {
                Loss = loss,
            };
        }

        (string Measure, AccuracyCourse Late, AccuracyCourse Early)[] courses =
        [
            .. from accuracy in accuracies
               let late = AccuracyCourse.Of(runs, LastLayer, accuracy.Measure)
               let early = AccuracyCourse.Of(runs, options.EarlyLayer, accuracy.Measure)
               where late.Epochs.Count > 0 && early.Epochs.Count > 0
               select (accuracy.Measure, late, early),
        ];
        IReadOnlyList<AccuracyTurn> turns = TurnRule.Judge(courses, options, images);
        var verdict = new MemorisationVerdict(MemorisationKind.TooFew, null, null, "", "") { Accuracies = turns, Loss = loss };
        if (verdict.Turn is { } turn)
        {
            bool? shows = ReductionShows(runs, turn.BestEpoch);
            return verdict with
            {
                Kind = MemorisationKind.Memorisation,
                Epoch = turn.BestEpoch,
                Layer = LastLayer,
                Clause = Invariant($"memorisation: the {Words(turn)} of {LastLayer} turned at epoch {turn.BestEpoch} and ended ")
                    + $"{Points(turn.Drop.Value)} points lower",
                Reason = Turned(turn, turns, options, shows),
                ReductionShows = shows,
            };
        }

        if (turns.Count > 0)
        {
            AccuracyTurn sharpest = turns.MinBy(one => one.SmallestVisible)!;
            return verdict with
            {
                Kind = MemorisationKind.NoTurn,
                Clause = $"no memorisation was seen, where a drop of {Points(sharpest.SmallestVisible)} points would have been",
                Reason = NotTurned(turns) + (loss.Turned ? " " + OfLoss(loss) : "") + Doubt(turns),
            };
        }

        int most = courses.Select(course => course.Late.Epochs.Count).Append(loss.Evaluations).Max();
        if (most < options.FewestEvaluations)
        {
            return verdict with
            {
                Clause = "there were too few evaluations to judge memorisation",
                Reason = $"Too few evaluations to judge memorisation: {most}, and the rule needs {options.FewestEvaluations}. "
                    + "Train for longer, or evaluate more often.",
            };
        }

        if (loss.Evaluations < options.FewestEvaluations)
        {
            return verdict with
            {
                Clause = "too little was recorded to judge memorisation",
                Reason = "Neither correct predictions nor the loss on unseen images were recorded, so memorisation cannot be judged.",
            };
        }

        return loss.Turned
            ? verdict with
            {
                Kind = MemorisationKind.LossTurned,
                Epoch = loss.LowestEpoch,
                Clause = Invariant($"the loss on unseen images turned at epoch {loss.LowestEpoch}, and only labels could tell ")
                    + "whether features got worse",
                Reason = OfLoss(loss),
            }
            : verdict with
            {
                Kind = MemorisationKind.NoTurn,
                Clause = "the loss on unseen images did not turn",
                Reason = "The method's loss on unseen images did not turn. Only labels could tell whether features got worse.",
            };
    }

    private static string Turned(AccuracyTurn turn, IReadOnlyList<AccuracyTurn> turns, MemorisationOptions options, bool? shows)
    {
        string words = Invariant($"Memorisation: the {Words(turn)} of {LastLayer} on unseen images was best at epoch {turn.BestEpoch} and ")
            + $"ended {Points(turn.Drop.Value)} points lower (95 %: {Points(turn.Drop.Low)} to {Points(turn.Drop.High)}), "
            + $"{Points(turn.Beyond.Value)} points more than that of {options.EarlyLayer} ({Points(turn.Beyond.Low)} to "
            + $"{Points(turn.Beyond.High)}).";
        string[] others = [.. turns.Where(one => one.Turned && one != turn).Select(Words)];
        if (others.Length > 0)
            words += $" So did the {string.Join(" and the ", others)}.";
        words += turn.Abrupt switch
        {
            true => " Half of it was lost within a tenth of the epochs.",
            false => " It went slowly: no tenth of the epochs lost half of it.",
            null => " Evaluations are too far apart to say how abrupt it was.",
        };
        words += shows switch
        {
            true => " ΔR on unseen images peaked there too.",
            false => " ΔR on unseen images does not show it.",
            null => "",
        };
        return words + Doubt(turns);
    }

    private static string NotTurned(IReadOnlyList<AccuracyTurn> turns)
    {
        string visible = string.Join(", ", turns.Select(turn => $"{Points(turn.SmallestVisible)} of the {Words(turn)}"));
        return $"No memorisation seen: no accuracy of {LastLayer} on unseen images turned. A drop of this size, in points, would have "
            + $"been seen in four of five repetitions: {visible}.";
    }

    /// <summary>What a turn of the loss is, and what it is not.</summary>
    public static string OfLoss(LossTurn loss) =>
        Invariant($"The method's loss on unseen images turned at epoch {loss.LowestEpoch} and ended {loss.Rise:0.###} above, while the ")
        + "loss on training images did not follow: the training task is overfitted. That does not mean that features got worse; "
        + "accuracies can still rise.";

    private static string Doubt(IReadOnlyList<AccuracyTurn> turns) => turns.All(turn => turn.ByImages)
        ? ""
        : " Correct predictions were not recorded per image, so this rests on the accuracies alone.";

    private static string Words(AccuracyTurn turn) => accuracies.Single(accuracy => accuracy.Measure == turn.Measure).Words;

    private static string Points(double fraction) => Invariant($"{100 * fraction:0.0}").Replace('-', '−');

    private static bool? ReductionShows(IReadOnlyList<IReadOnlyList<Measurement>> runs, int turn)
    {
        AccuracyCourse reduction = AccuracyCourse.Of(runs, LastLayer, Measure.InstanceReductionHeldOut);
        if (reduction.Epochs.Count == 0)
            return null;
        double[] curve = CurveNoise.Medians(reduction.Mean());
        int peak = reduction.Epochs[Array.IndexOf(curve, curve.Max())], first = reduction.Epochs[0], last = reduction.Epochs[^1];
        double off = Math.Abs(peak - turn);
        return off <= Tenth * (last - first) && off < Math.Abs(first + (FixedShare * (last - first)) - turn);
    }
}
