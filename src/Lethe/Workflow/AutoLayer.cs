using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Recognition;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>What <c>--layer auto</c> takes: the layer, and why, in a sentence with the numbers.</summary>
/// <remarks>
/// Labels decide where there are any: those that a classifier is made of, else those by which the run was measured while it trained. Of
/// layers that are level the later one is taken. The projector is never taken, since it serves the loss only.
/// </remarks>
internal sealed record AutoLayer(string Layer, string Why)
{
    // As many as encoders saw in our trials (docs/results/layers.md): of longer trainings they say nothing.
    private const long Tried = 300_000;

    private static readonly IReadOnlyList<string> layers = LayerNames.Backbone;

    /// <summary>By the accuracies that a run, an undo or a control has of its layers; without labels <see cref="Unlabelled"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="checkpoint">The checkpoint that is used: what was last measured up to its epoch counts.</param>
    /// <param name="measure">The accuracy that counts, as <see cref="Measure"/> names it.</param>
    public static AutoLayer OfRun(RunDirectory run, string checkpoint, string measure)
    {
        RunManifest manifest = run.LoadManifest();
        bool pretrained = manifest.Kind == RunKind.Pretrain;
        IReadOnlyList<Measurement> measured = [.. run.LoadMeasurements().Where(one => one.Name == measure && layers.Contains(one.Layer))];

        // An undo counts iterations, and its weights are those of the one that was kept.
        double until = (pretrained ? run.Checkpoints.Peek(checkpoint)?.Epoch : manifest.BestEpoch) ?? double.PositiveInfinity;
        int[] epochs = [.. measured.Select(one => one.Epoch).Where(epoch => epoch <= until)];
        if (epochs.Length == 0)
            return Unlabelled(manifest);
        int at = epochs.Max();
        string what = $"{(pretrained ? "epoch" : "iteration")} {at}";
        return Best(
            measured.Where(one => one.Epoch == at).Select(one => (one.Layer, one.Value)),
            $"has the highest {Wording.Probe(measure)} accuracy that the run measured, at {what}");
    }

    /// <summary>
    /// Without labels a fixed layer, since no measure without labels chose better: layer1 of encoders trained as shortly as those of our
    /// trials, else the usual choice.
    /// </summary>
    /// <param name="manifest">What the encoder was trained with; null of weights from elsewhere.</param>
    public static AutoLayer Unlabelled(RunManifest? manifest)
    {
        bool tried = manifest is { Origin: null or { Foreign: false } }
            && (long)manifest.Data.TrainCount * manifest.Pretraining.Training.Epochs <= Tried;
        string layer = tried ? LayerNames.Of(SplitPoint.Layer1) : LayerNames.Last, why = tried
            ? $"of small encoders that were shown at most {Wording.Count(Tried)} images, as this one, it was the best on average"
            : "it is the usual choice, and nothing was tried with encoders like this one";
        return new AutoLayer(
            layer,
            $"--layer auto takes {layer}: there are no labels here to tell which layer is best, no measure without labels chooses "
            + $"well, and {why} (docs/results/layers.md). A few labelled images tell: lethe classify --layer auto --labelled.");
    }

    /// <summary>By cross-validation of a classifier on the output of each layer.</summary>
    /// <param name="labelled">Embeddings of labelled images by every layer.</param>
    /// <param name="train">Makes the classifier of one layer, the same parts of the images for all.</param>
    /// <returns>The layer, and its classifier.</returns>
    public static (AutoLayer Choice, EmbeddingClassifier Classifier) ByLabels(
        IReadOnlyDictionary<string, ImageEmbeddings> labelled, Func<string, ImageEmbeddings, EmbeddingClassifier> train)
    {
        Dictionary<string, EmbeddingClassifier> made = labelled.Where(one => layers.Contains(one.Key))
            .ToDictionary(one => one.Key, one => train(one.Key, one.Value));
        AutoLayer choice = Best(
            made.Select(one => (one.Key, one.Value.Validation.Accuracy)),
            $"has the highest accuracy by cross-validation on {made.Values.First().Validation.Images} labelled images");
        return (choice, made[choice.Layer]);
    }

    /// <summary>The layer that a classifier was made with.</summary>
    /// <exception cref="InvalidOptionException">It does not say.</exception>
    public static AutoLayer Of(EmbeddingClassifier classifier) => classifier.Encoder?.Split(' ')[^1] is { } layer
        && LayerNames.All.Contains(layer)
        ? new AutoLayer(layer, $"--layer auto takes {layer}: the classifier was made with it.")
        : throw new InvalidOptionException(
            "--layer auto cannot tell which layer the classifier was made with. Give --layer with its name.");

    private static AutoLayer Best(IEnumerable<(string Layer, double Accuracy)> found, string why)
    {
        (string Layer, double Accuracy)[] all = [.. found.OrderBy(one => layers.ToList().IndexOf(one.Layer))];
        string best = all.Reverse().MaxBy(one => one.Accuracy).Layer;
        string numbers = string.Join(", ", all.Select(one => $"{one.Layer} {Wording.Percent(one.Accuracy)}"));
        return new AutoLayer(best, $"--layer auto takes {best}, which {why} ({numbers}).");
    }
}
