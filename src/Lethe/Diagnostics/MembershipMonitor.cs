namespace Lethe.Diagnostics;

/// <summary>Says without labels which layers know the images that they were trained on, and since when.</summary>
/// <remarks>
/// <para>
/// A layer knows its images from the first evaluation on after which its membership AUC (<see cref="Membership"/>) never again lies within
/// chance of 0.5. Chance is the two-sided 95 % limit of Mann and Whitney's normal approximation, by Bonferroni for the number of layers.
/// The last evaluation alone decides whether a layer is named, so of trainings that leave no trace in any layer one in forty is said to
/// know its images, however often it was measured.
/// </para>
/// <para>
/// Of several seeds the mean is judged by the limit of one, since they may share unseen images. That a layer knows its images is no harm by
/// itself: <see cref="MemorisationMonitor"/> says whether accuracy was lost. The rule is this library's.
/// </para>
/// </remarks>
internal static class MembershipMonitor
{
    /// <summary>Judges the runs of a setting.</summary>
    /// <param name="runs">
    /// What was measured in each; those named <c>membershipAuc</c> are used. Of two for one epoch the later counts, as after a resume.
    /// </param>
    /// <param name="images">How many images of either kind an AUC is of.</param>
    /// <returns>
    /// What is known of each layer that changed in these runs; null where none did, as before the first epoch, or no AUC was measured.
    /// </returns>
    public static MembershipVerdict? Judge(IReadOnlyList<IReadOnlyList<Measurement>> runs, int images)
    {
        ILookup<string, (int Epoch, double Auc)> courses = (
            from run in runs
            from one in run
            where one.Name == Measure.MembershipAuc
            group one by (one.Layer, one.Epoch, run) into same
            select (same.Key.Layer, same.Key.Epoch, Auc: same.Last().Value))
            .ToLookup(one => one.Layer, one => (one.Epoch, one.Auc));
        IGrouping<string, (int Epoch, double Auc)>[] layers =
            [.. courses.Where(layer => layer.Any(one => one.Epoch > 0) && !AccuracyCourse.StoodStill(runs, layer.Key))];
        if (layers.Length == 0 || images < 1)
            return null;
        double chance = Membership.Chance(images, images, layers.Length);
        return new MembershipVerdict([.. layers.Select(layer => JudgeLayer(layer.Key, layer, chance))], chance);
    }

    private static LayerMembership JudgeLayer(string name, IEnumerable<(int Epoch, double Auc)> measured, double chance)
    {
        (int Epoch, double Auc)[] course =
            [.. measured.GroupBy(one => one.Epoch, (epoch, same) => (epoch, same.Average(one => one.Auc))).OrderBy(one => one.epoch)];
        (int Epoch, double Auc)[] knowing = [.. course.Reverse().TakeWhile(one => one.Auc > 0.5 + chance)];
        return new LayerMembership(name, course[^1].Auc, knowing.Length > 0 ? knowing[^1].Epoch : null);
    }
}
