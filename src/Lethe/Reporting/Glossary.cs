using System.Text.RegularExpressions;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>
/// The words of the report that a newcomer does not know, each with one sentence: shown where a word stands, and listed at the end.
/// </summary>
internal static class Glossary
{
    private static readonly (string Id, string Name, string Pattern, string Sentence)[] terms =
    [
        ("knn", "kNN accuracy", "kNN|nearest neighbours",
            "The share of images whose class is guessed right by a vote of the nearest labelled images; nothing is trained for it."),
        ("linear", "linear accuracy", "linear accuracy|linear classifier|linear probe",
            "The share of images whose class is guessed right by the simplest trained classifier, a weighted sum of a layer’s numbers."),
        ("umm", "UMM", "UMM|undoing|undo",
            "The Undoing Memorization Mechanism: a short second training of the late layers, meant to restore what memorisation cost."),
        ("memorisation", "memorisation", "memorisation|memorised|memorising",
            "A layer learns to tell its training images apart one by one instead of what they share; accuracy on unseen images falls."),
        ("reduction", "ΔR", "ΔR",
            "Coding rate reduction: the space that all features of a layer fill, minus the space that the views of one image fill."),
        ("control", "control", "control",
            "As many plain training steps as UMM takes, from the same start. UMM has an effect only if it beats its control."),
        ("untrained", "untrained", "untrained",
            "The same network with random weights, before it has learned anything."),
        ("before", "before UMM", "before UMM", "The encoder as pre-training left it, before it was undone."),
        ("layer", "layer", "layer[1-4]|stem|layers?",
            "A stage of the network; stem comes first and layer4 last. Each turns an image into a list of numbers that can be used."),
        ("projector", "projector", "projector",
            "A small network behind the last layer that serves training only; it is not used afterwards."),
        ("encoder", "encoder", "encoders?", "The trained network: it turns an image into a list of numbers, its features or embedding."),
        ("self-supervised", "self-supervised", "self-supervised|without labels",
            "Trained on images without labels, by making different views of one image similar; labels only measure the result."),
        ("view", "view", "views", "An image cropped, mirrored and recoloured at random, as training sees it."),
        ("epoch", "epoch", "epochs?", "One pass of the training over all of its images."),
        ("iteration", "iteration", "iterations?", "One step of UMM or of its control, on one batch of images."),
        ("network", "ResNet", "ResNet-\\d+", "A common network for images; the number counts its layers of weights."),
        ("width", "width", "width", "How many channels the first layer has; 64 in the published network, fewer are faster and learn less."),
        ("seed", "seed", "seeds?",
            "The number that sets everything random in a run; runs that differ only in it show how much is chance."),
        ("clear", "clear", "clearly|clear|not clear",
            "A difference so large that chance alone gives one like it in fewer than 1 of 20 repetitions."),
        ("points", "points", "(?<=[0-9] )points", "Percentage points: from 70 % to 72 % is 2 points."),
        ("held-out-score", "held-out score", "held-out score",
            "How much nearer the views of an image lie to each other than those of held-out images like it; a hint that it was memorised."),
        ("membership", "membership AUC", "membership AUC|membership",
            "The chance that two views of an image trained on are more alike than those of an unseen one; one half: the layer knows "
            + "none of them."),
        ("auc", "AUC", "AUC", "The chance that a positive case scores higher than a negative one; one half is guessing."),
        ("unseen", "unseen images", "never trained on|unseen|held out",
            "Images that the encoder was not trained on. They count, since future images are like them."),
        ("probe-images", "probe images", "probe images",
            "Labelled images, not trained on, that classifiers are fitted on to measure a layer."),
        ("test-images", "test images", "test images",
            "Labelled images that nothing was trained or fitted on; accuracy is measured on them."),
        ("loss", "loss", "loss", "What training minimises: how far apart the views of one image still are, by the method’s measure."),
        ("checkpoint", "checkpoint", "checkpoint", "The weights as they were saved at some point of the training."),
        ("trust", "trustworthiness", "trustworthiness",
            "How far neighbours on a map are really similar: 1 is best; a random map has about one half."),
        ("agreement", "neighbour agreement", "neighbour agreement", "The share of an image’s nearest images that have its class."),
        ("sslmem", "SSLMem", "SSLMem",
            "How much closer the views of an image lie than in an encoder that was not trained on it; above 0 is memorised."),
        ("bank", "bank", "bank", "The labelled images that others are compared with; a seen bank was trained on, without its labels."),
        ("nats", "nats", "nats", "The unit of ΔR: information counted with the natural logarithm."),
        ("interval", "interval of 95 %", "interval of 95 %|intervals?", "A range that holds the true value in 19 of 20 repetitions."),
        ("chance", "guessing", "guessing", "Naming a class at random: with ten classes, right in one of ten cases."),
    ];

    private static readonly Regex words = new(
        $@"(?<![\w-])(?:{string.Join("|", terms.Select((term, i) => $"(?<t{i}>{term.Pattern})"))})(?![\w-])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>Names of the terms, for tests.</summary>
    public static IEnumerable<string> Names => terms.Select(term => term.Name);

    /// <summary>
    /// A text whose terms, each where it first comes, say what they mean on hover and on focus, and lead to the glossary.
    /// </summary>
    public static Html Marked(string text) => Each(Pieces(text), piece => piece.Term is not { } term ? (Html)$"{piece.Text}" :
        $"<a class='term' href='#term-{terms[term].Id}' data-says='{terms[term].Sentence}'>{piece.Text}</a>");

    /// <summary>The same for titles of tiles and figures, of which there are too many for the keyboard to stop at each.</summary>
    public static Html Titled(string text) => Each(Pieces(text), piece => piece.Term is not { } term ? (Html)$"{piece.Text}" :
        $"<span title='{terms[term].Sentence}'>{piece.Text}</span>");

    /// <summary>All terms, by name.</summary>
    public static Html List() => $"""

        <section id='glossary'>
        <h2>Words</h2>
        <dl class='glossary'>
        {Each(terms.OrderBy(term => term.Name, StringComparer.OrdinalIgnoreCase), term => $"""
            <div id='term-{term.Id}'><dt>{term.Name}</dt><dd>{term.Sentence}</dd></div>

            """)}
        </dl>
        </section>
        """;

    private static IEnumerable<(string Text, int? Term)> Pieces(string text)
    {
        var marked = new HashSet<int>();
        int from = 0;
        foreach (Match match in words.Matches(text))
        {
            int term = Enumerable.Range(0, terms.Length).First(i => match.Groups[$"t{i}"].Success);
            if (!marked.Add(term))
                continue;
            if (match.Index > from)
                yield return (text[from..match.Index], null);
            yield return (match.Value, term);
            from = match.Index + match.Length;
        }

        if (from < text.Length)
            yield return (text[from..], null);
    }
}
