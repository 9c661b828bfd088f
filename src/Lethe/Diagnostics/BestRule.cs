namespace Lethe.Diagnostics;

/// <summary>A rule by which one evaluation of a training is taken for the best.</summary>
/// <param name="Name">Its name, as <c>--keep</c> has it.</param>
/// <param name="Layer">The layer that it looks at; <see cref="Measure.Run"/> for the method's loss.</param>
/// <param name="Measure">The number that it looks at.</param>
/// <param name="Sign">1 where more is better, −1 where less is.</param>
internal sealed record BestRule(string Name, string Layer, string Measure, int Sign)
{
    /// <summary>No rule: the last evaluation.</summary>
    public const string Last = "last";

    /// <summary>Whether the rule asks for labels.</summary>
    public bool NeedsLabels => Measure is Diagnostics.Measure.KnnAccuracy or Diagnostics.Measure.LinearAccuracy;

    /// <summary>Every rule: the loss on unseen images, and numbers of the last layer on unseen images.</summary>
    public static IReadOnlyList<BestRule> All { get; } =
    [
        new("best-heldout", Diagnostics.Measure.Run, Diagnostics.Measure.LossHeldOut, -1),
        Of("best-knn", Diagnostics.Measure.KnnAccuracy),
        Of("best-linear", Diagnostics.Measure.LinearAccuracy),
        Of("best-reduction", Diagnostics.Measure.InstanceReductionHeldOut),
        Of("best-lidar", Lidar.Entry.HeldOut),
        Of("best-rankme", EffectiveRank.Entry.HeldOut),
    ];

    /// <summary>The names, with that of no rule first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Last, .. All.Select(rule => rule.Name)];

    /// <summary>The rule of a name; null for <see cref="Last"/>.</summary>
    public static BestRule? Find(string name) => All.FirstOrDefault(rule => rule.Name == name);

    /// <summary>The evaluation that it takes, the earliest of equals.</summary>
    /// <param name="measurements">What was measured; of two for one epoch the later counts.</param>
    /// <returns>Its epoch; null where the number was never measured.</returns>
    public int? Choose(IEnumerable<Measurement> measurements)
    {
        var values = measurements.Where(m => m.Layer == Layer && m.Name == Measure).GroupBy(m => m.Epoch)
            .Select(epoch => epoch.Last()).OrderBy(m => m.Epoch).ToList();
        return values.Count == 0 ? null : values.MaxBy(m => Sign * m.Value)!.Epoch;
    }

    private static BestRule Of(string name, string measure) => new(name, MemorisationMonitor.LastLayer, measure, 1);
}
