namespace Lethe.Diagnostics;

/// <summary>Which layers know the images that they were trained on.</summary>
/// <param name="Layers">Each layer that changed, in the order in which they were first measured.</param>
/// <param name="Chance">How far from 0.5 an AUC counts as chance.</param>
internal sealed record MembershipVerdict(IReadOnlyList<LayerMembership> Layers, double Chance)
{
    /// <summary>The same in words, with its numbers.</summary>
    public string Reason
    {
        get
        {
            LayerMembership[] know = [.. Layers.Where(layer => layer.Since is not null)], rest = [.. Layers.Except(know)];
            string chance = Invariant($"where chance reaches {0.5 + Chance:0.00}");
            string most = rest.Length == 0 ? ""
                : Invariant($"{(rest.Length == 1 ? "" : "at most ")}{rest.Max(layer => layer.Auc):0.00}, {chance}");
            if (Layers is [{ Since: null } alone])
                return $"{alone.Layer} does not know which images it was trained on (membership AUC {most}).";
            if (know.Length == 0)
                return $"No layer knows which images it was trained on (membership AUC {most}).";
            string[] knowing =
                [.. know.Select(layer => Invariant($"{layer.Layer} since epoch {layer.Since}, membership AUC {layer.Auc:0.00}"))];
            string those = know.Length == 1 ? "One layer knows which images it was" : "Some layers know which images they were";
            return $"{those} trained on ({string.Join("; ", knowing)}); "
                + (rest.Length == 0 ? Invariant($"chance reaches {0.5 + Chance:0.00}.") : $"the others do not ({most}).")
                + " By itself that does no harm.";
        }
    }
}
