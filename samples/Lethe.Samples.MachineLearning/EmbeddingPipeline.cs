using Lethe.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lethe.Samples.MachineLearning;

/// <summary>ML.NET on the features of an exported encoder: its own classifier behind the graph, in one pipeline.</summary>
public static class EmbeddingPipeline
{
    /// <summary>Trains on a folder that has a folder of images for each class, and measures by cross-validation.</summary>
    /// <param name="model">
    /// What <c>lethe export --format onnx</c> wrote, with one layer and <c>--input floats</c>, both as by default.
    /// </param>
    /// <param name="folder">The folder.</param>
    /// <returns>The share of images whose class was found, in five folds.</returns>
    public static double Accuracy(string model, string folder)
    {
        var ml = new MLContext(seed: 0);

        // Pixels by the code that trained the encoder; ML.NET resizes with another filter, which the encoder has not seen.
        using OnnxEncoder encoder = OnnxEncoder.Load(model);
        LabelledImage[] images =
        [
            .. Directory.GetDirectories(folder).Order(StringComparer.Ordinal).SelectMany(
                one => Directory.GetFiles(one).Order(StringComparer.Ordinal).Select(file =>
                {
                    using FileStream stream = File.OpenRead(file);
                    return new LabelledImage { Images = encoder.Pixels(stream), Label = Path.GetFileName(one) };
                })),
        ];
        (int channels, int size) = (encoder.Channels, encoder.ImageSize);
        var schema = SchemaDefinition.Create(typeof(LabelledImage));
        schema[nameof(LabelledImage.Images)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, channels, size, size);
        IDataView data = ml.Data.LoadFromEnumerable(images, schema);

        // The encoder learns nothing here, so it may run before the folds are made.
        IEstimator<ITransformer> features = ml.Transforms.CopyColumns("images", nameof(LabelledImage.Images))
            .Append(ml.Transforms.ApplyOnnxModel(
                ["embedding"], ["images"], model, new Dictionary<string, int[]> { ["images"] = [1, channels, size, size] },
                recursionLimit: 100));
        IDataView embedded = ml.Data.Cache(features.Fit(data).Transform(data), nameof(LabelledImage.Label), "embedding");
        IEstimator<ITransformer> classifier = ml.Transforms.Conversion.MapValueToKey("key", nameof(LabelledImage.Label))
            .Append(ml.Transforms.NormalizeMeanVariance("embedding"))
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("key", "embedding"));
        return ml.MulticlassClassification.CrossValidate(embedded, classifier, numberOfFolds: 5, labelColumnName: "key", seed: 0)
            .Average(fold => fold.Metrics.MicroAccuracy);
    }

    private sealed class LabelledImage
    {
        public float[] Images { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
