using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Onnx;

/// <summary>What an exported encoder says of itself, in the entry <c>lethe.encoder</c> of the file's metadata.</summary>
/// <remarks>Entries that are missing are null: files may be older or from elsewhere. Channels and size are always there.</remarks>
public sealed record EncoderDescription
{
    /// <summary>The name of the entry.</summary>
    internal const string Key = "lethe.encoder";

    private static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.Strict };

    /// <summary>1 for grey images, 3 for red, green, blue, else bands.</summary>
    public int Channels { get; init; }

    /// <summary>Height and width to which images are brought, in pixels.</summary>
    public int ImageSize { get; init; }

    /// <summary>The filter of that: bilinear or bicubic.</summary>
    public string Interpolation { get; init; } = "bilinear";

    /// <summary>The network, as resnet18.</summary>
    public string? Backbone { get; init; }

    /// <summary>Channels of its first stage.</summary>
    public int? Width { get; init; }

    /// <summary>Its stem, small or large.</summary>
    public string? Stem { get; init; }

    /// <summary>What the graph takes off each channel, on the scale 0 to 1.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>What it divides each channel by then.</summary>
    [JsonPropertyName("std")]
    public IReadOnlyList<float>? StandardDeviation { get; init; }

    /// <summary>The type of samples that <see cref="Range"/> is of: uint8, uint16 or float32; null for uint8.</summary>
    public string? Samples { get; init; }

    /// <summary>Which samples are 0 and 1 for the graph, two numbers; null for 0 and 255.</summary>
    public IReadOnlyList<float>? Range { get; init; }

    /// <summary>The layer that embeddings are of; all where the file has an output for each.</summary>
    public string? Layer { get; init; }

    /// <summary>The method that it was trained with.</summary>
    public string? Method { get; init; }

    /// <summary>After how many epochs.</summary>
    public double? Epoch { get; init; }

    /// <summary>Which of a run's encoders it is: before, control or umm.</summary>
    public string? Stage { get; init; }

    /// <summary>The fingerprint of the images that it was trained on.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Their licence, in the words of who exported it.</summary>
    public string? Licence { get; init; }

    /// <summary>Names of the classes of the classifier within; empty where there is none.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>What <see cref="Samples"/> and <see cref="Range"/> say; null where they cannot be.</summary>
    internal IntensityRange? Intensities => (Samples, Range) switch
    {
        (null, null) => IntensityRange.Bytes,
        (_, [var low, var high]) when low < high && Enum.TryParse(Samples, ignoreCase: true, out SampleType type) => new(low, high, type),
        _ => null,
    };

    /// <summary>Reads an entry.</summary>
    /// <param name="json">The entry.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="DataException">It is not what it should be.</exception>
    internal static EncoderDescription Parse(string json, string path)
    {
        try
        {
            EncoderDescription found = JsonSerializer.Deserialize<EncoderDescription>(json, options)
                ?? throw new JsonException("it is null");
            const int Most = Image.MostChannels, Smallest = ViewAugmenter.SmallestSize, Largest = ViewAugmenter.LargestSize;
            string? wrong = found.Channels is < 1 or > Most ? $"channels are {found.Channels}, expected 1 to {Most}"
                : found.ImageSize is < Smallest or > Largest ? $"imageSize is {found.ImageSize}, expected {Smallest} to {Largest}"
                : found.Intensities is null ? "range is not two numbers, the first below the second, of uint8, uint16 or float32"
                : found.Interpolation is not ("bilinear" or "bicubic")
                    ? $"interpolation is '{found.Interpolation}', expected bilinear or bicubic"
                    : null;
            return wrong is null ? found : throw new JsonException(wrong);
        }
        catch (JsonException error)
        {
            throw new DataException(
                $"The entry {Key} in the metadata of {path} cannot be used: {error.Message}. Export the encoder again.", error);
        }
    }
}
