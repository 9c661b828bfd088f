using Lethe.Recognition;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Samples;

/// <summary>From a folder of unlabelled photos and a few labelled ones to a classifier.</summary>
public static class PhotosToClassifier
{
    /// <summary>Trains an encoder on all photos, a classifier on the few, and classifies the rest.</summary>
    /// <param name="photos">Photos without labels.</param>
    /// <param name="labelled">A folder of images for each class; some ten of each.</param>
    /// <param name="run">The directory of the encoder's run, which is made.</param>
    /// <param name="options">How the encoder is trained; null takes the defaults.</param>
    /// <returns>The class of each photo by its path; null where the classifier had better say nothing.</returns>
    public static IReadOnlyDictionary<string, string?> Run(string photos, string labelled, string run, RunOptions? options = null)
    {
        TorchRuntime.Prepare();
        using Encoder encoder = Encoder.Train(photos, run, options);
        EmbeddingClassifier classifier = EmbeddingClassifier.Train(
            encoder.EmbedFolder(labelled), new ClassifierOptions { TargetAccuracy = 0.9 });
        Console.WriteLine(Invariant($"cross-validated accuracy {classifier.Validation.Accuracy:P1}"));
        classifier.Save(Path.Combine(run, "classifier.json"));
        ImageEmbeddings all = encoder.EmbedFolder(photos);
        return classifier.Classify(all.Rows).Zip(all.Paths).ToDictionary(
            pair => pair.Second, pair => pair.First.Rejected ? null : pair.First.Label);
    }
}
