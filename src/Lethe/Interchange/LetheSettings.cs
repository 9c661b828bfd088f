using System.Text.Json;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>What Lethe writes of an encoder into its own file: the metadata entry <see cref="ExportMetadata.Key"/>, in JSON.</summary>
internal sealed record LetheSettings
{
    private static readonly JsonSerializerOptions camelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The network, as resnet18.</summary>
    public string? Backbone { get; init; }

    /// <summary>Channels of its first stage.</summary>
    public int Width { get; init; }

    /// <summary>small or large.</summary>
    public string? Stem { get; init; }

    /// <summary>Channels of its images.</summary>
    public int Channels { get; init; }

    /// <summary>Height and width of its images in pixels.</summary>
    public int ImageSize { get; init; }

    /// <summary>Means of the channels.</summary>
    public float[] Mean { get; init; } = [];

    /// <summary>Deviations of the channels.</summary>
    public float[] Std { get; init; } = [];

    /// <summary>The type of samples that <see cref="Range"/> is of; null for bytes.</summary>
    public string? Samples { get; init; }

    /// <summary>Which samples are 0 and 1; null for 0 and 255.</summary>
    public float[]? Range { get; init; }

    /// <summary>The method that trained it.</summary>
    public string? Method { get; init; }

    /// <summary>The epoch after which it was written.</summary>
    public double? Epoch { get; init; }

    /// <summary>Whether before, control or umm.</summary>
    public string? Stage { get; init; }

    /// <summary>Whether its last layer ends in a whitening.</summary>
    public bool Whitened { get; init; }

    /// <summary>Reads the entry.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="path">The file, for errors.</param>
    /// <returns>The settings; null where there are none.</returns>
    /// <exception cref="RunException">They cannot be read.</exception>
    public static LetheSettings? Read(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (!metadata.TryGetValue(ExportMetadata.Key, out string? text))
            return null;
        try
        {
            return JsonSerializer.Deserialize<LetheSettings>(text, camelCase);
        }
        catch (JsonException error)
        {
            throw new RunException(
                $"{path}: its entry {ExportMetadata.Key} cannot be read ({error.Message}). Write it again with 'lethe export'.", error);
        }
    }

    /// <summary>What it says of images.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <returns>The settings of images.</returns>
    /// <exception cref="RunException">They cannot be.</exception>
    public ImageSettings Images(string path) => new()
    {
        Statistics = Mean is { Length: > 0 } && Std is not null ? ImageSettings.Checked(Mean, Std, path) with
        {
            Range = RangeOf(path),
        }
        : null,
        ImageSize = ImageSize > 0 ? ImageSize : null,
        Where = ExportMetadata.Key,
        Notes = Method is null ? [] :
        [
            $"Lethe trained it by {Method}{(Epoch is { } epoch ? Invariant($", epoch {epoch}") : "")}"
                + (Stage is null ? "" : $", state {Stage}"),
        ],
    };

    private IntensityRange RangeOf(string path)
    {
        if (Samples is null && Range is null)
            return IntensityRange.Bytes;
        return Enum.TryParse(Samples, ignoreCase: true, out SampleType type) && Range is [var low, var high] && low < high
            ? new IntensityRange(low, high, type)
            : throw new RunException(
                $"{path}: its entry {ExportMetadata.Key} has no usable range of intensities. Write it again with 'lethe export'.");
    }
}
