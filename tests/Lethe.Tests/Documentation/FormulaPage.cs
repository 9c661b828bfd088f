using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Lethe.Methods;
using Lethe.Runtime;

namespace Lethe.Tests.Documentation;

/// <summary>The page of formulas: what the code's own documentation says of each measure and method, in the order that is given here.</summary>
internal static partial class FormulaPage
{
    private static readonly (string Title, (string Title, string Member)[] Entries)[] chapters =
    [
        ("Measures of features, without labels",
        [
            ("R, R_c, ΔR", "T:Lethe.Diagnostics.CodingRate"),
            ("RankMe", "M:Lethe.Diagnostics.EffectiveRank.RankMe"),
            ("α-ReQ", "T:Lethe.Diagnostics.AlphaReq"),
            ("LiDAR", "T:Lethe.Diagnostics.Lidar"),
            ("Alignment, uniformity", "T:Lethe.Diagnostics.AlignmentUniformity"),
            ("Standard deviation of normalised features", "M:Lethe.Diagnostics.EffectiveRank.NormalisedDeviation"),
        ]),
        ("Memorisation",
        [
            ("Membership AUC", "T:Lethe.Diagnostics.Membership"),
            ("SSLMem", "T:Lethe.Diagnostics.ImageMemorisation"),
        ]),
        ("Measures with labels",
        [
            ("Linear probe of training", "T:Lethe.Diagnostics.LinearProbe"),
            ("kNN", "T:Lethe.Diagnostics.KnnProbe"),
            ("Linear classifier of protocols", "T:Lethe.Evaluation.LogisticRegression"),
            ("Clusters", "T:Lethe.Evaluation.KMeans"),
            ("NMI", "M:Lethe.Evaluation.ClusterScores.NormalisedMutualInformation"),
            ("ARI", "M:Lethe.Evaluation.ClusterScores.AdjustedRandIndex"),
            ("R² of a factor", "T:Lethe.Diagnostics.RidgeRegression"),
            ("Mean intersection over union", "T:Lethe.Diagnostics.MeanIntersectionOverUnion"),
            ("Answers to interventions", "T:Lethe.Diagnostics.InterventionalSensitivity"),
        ]),
        ("Intervals and tests",
        [
            ("Of a fraction", "M:Lethe.Diagnostics.ConfidenceInterval.Wilson"),
            ("Of the mean of draws", "M:Lethe.Diagnostics.ConfidenceInterval.Student"),
            ("Of any number of the test images", "M:Lethe.Diagnostics.ConfidenceInterval.Bootstrap"),
            ("Of a difference over seeds and images", "T:Lethe.Diagnostics.MeanError"),
            ("Many tests", "T:Lethe.Diagnostics.Holm"),
        ]),
        ("The map",
        [
            ("Neighbours in the plane", "T:Lethe.Diagnostics.NeighbourEmbedding"),
            ("Trustworthiness", "T:Lethe.Diagnostics.Trustworthiness"),
        ]),
        ("UMM",
        [
            ("The two levels", "T:Lethe.Umm.UmmTrainer"),
            ("The divergence JS", "M:Lethe.Umm.DistributionAlignment.JensenShannonToUniform"),
            ("--volume loss-gradient", "T:Lethe.Umm.VolumeFactors.LossGradient"),
            ("--volume jacobian-volume", "T:Lethe.Umm.VolumeFactors.JacobianVolume"),
            ("--volume jacobian-norm", "T:Lethe.Umm.VolumeFactors.JacobianNorm"),
            ("--hypergradient first-order", "T:Lethe.Umm.Hypergradients.FirstOrder"),
            ("--hypergradient finite-difference", "T:Lethe.Umm.Hypergradients.FiniteDifference"),
            ("--hypergradient exact", "T:Lethe.Umm.Hypergradients.Exact"),
        ]),
        (
            "Methods",
            [.. MethodRegistry.All.Where(entry => entry.DefaultOptions.GetType().Assembly == typeof(MethodRegistry).Assembly).Select(
                entry => (entry.Title, $"T:{entry.DefaultOptions.GetType().FullName![..^"Options".Length]}"))]),
    ];

    private static readonly Dictionary<string, XElement> documented = XDocument.Load(Path.ChangeExtension(typeof(MethodRegistry).Assembly.Location, ".xml"))
        .Descendants("member").GroupBy(member => member.Attribute("name")!.Value.Split('(')[0]).ToDictionary(group => group.Key, group => group.First());

    /// <summary>The page.</summary>
    public static string Text()
    {
        var page = new StringBuilder(
            """
            # Formulas and sources

            How each number is computed, from which paper, and where it departs from it. Rows of features are images; d is the length of a row. Between which values a measure lies, what it needs and when it
            has no value: [Measures](../measures.md).

            This page is made from the documentation in the code.

            """.ReplaceLineEndings("\n"));
        foreach ((string chapter, (string, string)[] entries) in chapters)
        {
            page.Append($"\n## {chapter}\n");
            foreach ((string title, string member) in entries)
            {
                XElement text = documented[member];
                page.Append($"\n### {title}\n").Append(Section(text.Element("summary"))).Append(Section(text.Element("remarks")));
            }
        }

        return page.ToString();
    }

    private static string Section(XElement? section)
    {
        if (section is null)
            return "";
        var text = new StringBuilder();
        var sentence = new StringBuilder();
        foreach (XNode node in section.Nodes())
        {
            switch (node)
            {
                case XElement { Name.LocalName: "para" } paragraph:
                    text.Append(Paragraph(string.Concat(paragraph.Nodes().Select(Inline))));
                    break;
                case XElement { Name.LocalName: "code" } code:
                    text.Append(Paragraph(sentence.ToString())).Append(Block(code.Value));
                    sentence.Clear();
                    break;
                default:
                    sentence.Append(Inline(node));
                    break;
            }
        }

        return text.Append(Paragraph(sentence.ToString())).ToString();
    }

    private static string Paragraph(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "" : Equation().IsMatch(line) ? Block(line.Replace("\\<", "<", StringComparison.Ordinal)) : $"\n{line}\n";
    }

    private static string Block(string text) =>
        $"\n```text\n{string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))}\n```\n";

    private static string Inline(XNode node) => node switch
    {
        XText text => text.Value.Replace("<", "\\<", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal),
        XElement reference when reference.Attribute("cref") is { Value: var target } => $"`{Name(target)}`",
        XElement element => $"`{element.Value}`",
        _ => "",
    };

    // An option by its flag, all else by the last part of its name.
    private static string Name(string target)
    {
        string name = target[2..].Split('(')[0];
        int last = name.LastIndexOf('.');
        return target[0] == 'P' && typeof(MethodRegistry).Assembly.GetType(name[..last])?.GetProperty(name[(last + 1)..]) is { } property
            && property.DeclaringType!.IsSubclassOf(typeof(OptionRecord)) ? OptionName.Flag(property) : name[(last + 1)..];
    }

    [GeneratedRegex(@"^\S+ [=←] ")]
    private static partial Regex Equation();
}
