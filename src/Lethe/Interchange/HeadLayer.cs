using System.Globalization;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>A layer of a head: a linear one, or batch-norm where it has statistics or a scale of one dimension.</summary>
/// <param name="Name">What its tensors' names begin with.</param>
/// <param name="Weight">[out, in] of a linear layer, [C] of batch-norm; null of batch-norm without scale.</param>
/// <param name="Bias">Null where it has none.</param>
/// <param name="Mean">Running mean of batch-norm.</param>
/// <param name="Variance">Running variance of batch-norm.</param>
internal sealed partial record HeadLayer(string Name, Tensor? Weight, Tensor? Bias, Tensor? Mean, Tensor? Variance)
{
    /// <summary>Whether it is a linear layer.</summary>
    public bool IsLinear => Weight?.dim() == 2;

    /// <summary>
    /// Layers of some tensors, in the order of the numbers in their names, linear ones before batch-norm of the same number.
    /// </summary>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="prefix">What names begin with, up to a point; all that have none of it are left out.</param>
    /// <returns>The layers.</returns>
    public static IReadOnlyList<HeadLayer> Chain(IEnumerable<KeyValuePair<string, Tensor>> tensors, string prefix)
    {
        var layers = new List<HeadLayer>();
        foreach (IGrouping<string, KeyValuePair<string, Tensor>> group in tensors
            .Where(pair => prefix.Length == 0 || pair.Key.StartsWith(prefix + ".", StringComparison.Ordinal))
            .GroupBy(pair => pair.Key[..Math.Max(0, pair.Key.LastIndexOf('.'))], StringComparer.Ordinal))
        {
            Tensor? Part(string name) => group.FirstOrDefault(
                pair => pair.Key.EndsWith("." + name, StringComparison.Ordinal) || pair.Key == name).Value;
            layers.Add(new HeadLayer(group.Key, Part("weight"), Part("bias"), Part("running_mean"), Part("running_var")));
        }

        return
        [
            .. layers.Where(layer => layer.Weight is not null || layer.Mean is not null)
                .OrderBy(layer => layer.Name[Math.Min(layer.Name.Length, prefix.Length)..], Comparer<string>.Create(ByNumbers))
                .ThenBy(layer => layer.IsLinear ? 0 : 1).ThenBy(layer => layer.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Sizes from input to output, as "512 → 2048 (batch-norm) → 128".</summary>
    /// <param name="layers">The layers.</param>
    public static string Words(IReadOnlyList<HeadLayer> layers)
    {
        var words = new System.Text.StringBuilder();
        foreach (HeadLayer layer in layers)
        {
            if (layer.IsLinear)
                words.Append(
                    CultureInfo.InvariantCulture, $"{(words.Length == 0 ? layer.Weight!.shape[1] + " " : "")}→ {layer.Weight!.shape[0]} ");
            else
                words.Append("(batch-norm) ");
        }

        return words.ToString().TrimEnd();
    }

    private static int ByNumbers(string first, string second)
    {
        int[] a = Numbers(first), b = Numbers(second);
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i] != b[i])
                return a[i].CompareTo(b[i]);
        }

        return a.Length.CompareTo(b.Length);
    }

    private static int[] Numbers(string name) =>
        [.. Digits().Matches(name).Select(match => int.Parse(match.ValueSpan, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"\d{1,6}")]
    private static partial Regex Digits();
}
