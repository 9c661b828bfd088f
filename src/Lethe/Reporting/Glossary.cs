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
            "The Undoing Memorization Mechanism: a short second training of the late layers, meant to bring back what memorising took."),
        ("memorisation", "memorisation", "memorisation|memorised|memorising",
            "A layer tells its training images apart one by one in place of what they share; accuracy on unseen images falls."),
        ("reduction", "ΔR", "ΔR",
            "Coding rate reduction: how much room a layer’s numbers take altogether, less the room that the views of one image take."),
        ("control", "control", "control",
            "As many steps of plain training as UMM makes, from the same start. UMM must beat it to have done anything."),
        ("untrained", "untrained", "untrained",
            "The same network with random weights: what an encoder reaches before it has learned anything."),
        ("before", "before UMM", "before UMM", "The encoder as pre-training left it, before it was undone."),
        ("layer", "layer", "layer[1-4]|stem|layers?",
            "A stage of the network; stem comes first and layer4 last. Each turns an image into a list of numbers that can be used."),
        ("projector", "projector", "projector",
            "A small network behind the last layer that serves the training alone; it is not used afterwards."),
        ("encoder", "encoder", "encoders?", "The trained network: it turns an image into a list of numbers, its features or embedding."),
        ("self-supervised", "self-supervised", "self-supervised|without labels",
            "Trained on images alone, by making different views of one image alike; labels only measure how good it became."),
        ("view", "view", "views", "An image cropped, turned and recoloured at random, as training shows it."),
        ("epoch", "epoch", "epochs?", "One pass of the training over all of its images."),
        ("iteration", "iteration", "iterations?", "One step of UMM or of its control, on one batch of images."),
        ("network", "ResNet", "ResNet-\\d+", "A common network for images; the number counts its layers of weights."),
        ("width", "width", "width", "How many channels the first layer has; 64 in the published network, fewer are faster and know less."),
        ("seed", "seed", "seeds?",
            "The number that sets everything random in a run; runs that differ only in it show how much is chance."),
        ("clear", "clear", "clearly|clear|not clear",
            "A difference so large that chance makes one like it in fewer than 1 of 20 repetitions."),
        ("points", "points", "(?<=[0-9] )points", "Percentage points: from 70 % to 72 % are 2 points."),
        ("held-out-score", "held-out score", "held-out score",
            "How much nearer the views of an image lie to each other than those of held-out images like it; a hint that it was memorised."),
        ("auc", "AUC", "AUC", "The chance that of two things the right one has the larger score; one half tells nothing."),
        ("unseen", "unseen images", "never trained on|unseen|held out",
            "Images that the encoder was not trained on: what counts, since they are like those to come."),
        ("probe-images", "probe images", "probe images",
            "Labelled images, not trained on, that classifiers are fitted on to measure a layer."),
        ("test-images", "test images", "test images",
            "Labelled images that nothing was trained or fitted on; numbers of accuracy are measured on them."),
        ("loss", "loss", "loss", "What training makes small: how far the views of one image still lie apart, as the method counts it."),
        ("checkpoint", "checkpoint", "checkpoint", "The weights as they were kept at some point of the training."),
        ("trust", "trustworthiness", "trustworthiness",
            "How far points that lie together on a map are really alike: 1 is best, about one half is a map drawn at random."),
        ("agreement", "neighbour agreement", "neighbour agreement", "The share of an image’s nearest images that have its class."),
        ("sslmem", "SSLMem", "SSLMem",
            "How much nearer the views of an image lie to each other than by an encoder that was not trained on it; above 0 is memorised."),
        ("bank", "bank", "bank", "The labelled images that others are compared with; a seen bank was trained on, without its labels."),
        ("nats", "nats", "nats", "The unit of ΔR: information counted with the natural logarithm."),
        ("interval", "interval of 95 %", "interval of 95 %|intervals?", "Where the true value lies in 19 of 20 repetitions."),
        ("chance", "guessing", "guessing", "Naming a class at random: right once for each class, on the mean."),
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
