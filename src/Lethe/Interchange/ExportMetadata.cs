using System.Text;
using System.Text.Json;
using Lethe.Data;
using Lethe.Models;

namespace Lethe.Interchange;

/// <summary>What an exported encoder says of itself, under <see cref="Key"/> in the file's metadata.</summary>
internal sealed record ExportMetadata
{
    /// <summary>The name of the entry that holds all of it as JSON.</summary>
    public const string Key = "lethe.encoder";

    /// <summary>Kind of network, as <see cref="BackboneOptions.Backbone"/>.</summary>
    public required string Backbone { get; init; }

    /// <summary>Channels of the first stage.</summary>
    public required int Width { get; init; }

    /// <summary>small or large.</summary>
    public required string Stem { get; init; }

    /// <summary>1 for grey images, 3 for red, green, blue, else bands.</summary>
    public required int Channels { get; init; }

    /// <summary>Height and width of the images, in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The filter that brings images to that size, as <c>--interpolation</c>: bilinear or bicubic.</summary>
    public string Interpolation { get; init; } = "bilinear";

    /// <summary>What is taken off each channel, on the scale 0 to 1.</summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>What each channel is divided by then.</summary>
    public required IReadOnlyList<float> Std { get; init; }

    /// <summary>Which samples are 0 and 1 on that scale.</summary>
    public IntensityRange Range { get; init; } = IntensityRange.Bytes;

    /// <summary>The layer whose features it gives, or all.</summary>
    public required string Layer { get; init; }

    /// <summary>The method that it was trained with, as <c>--method</c>; null where that is unknown.</summary>
    public string? Method { get; init; }

    /// <summary>Epochs of training behind it; null where that is unknown.</summary>
    public double? Epoch { get; init; }

    /// <summary>before, control or umm; null for an encoder from elsewhere.</summary>
    public string? Stage { get; init; }

    /// <summary>Whether its last layer ends in a whitening, <c>fc.weight</c> and <c>fc.bias</c> among the weights.</summary>
    public bool Whitened { get; init; }

    /// <summary>The fingerprint of the images that it was trained on; null where they are unknown.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The licence of those images, in the words of whoever exports it; null where nothing was said.</summary>
    public string? Licence { get; init; }

    /// <summary>Names of the classes that a classifier within tells apart; none where there is none.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The classifier's temperature; null where there is none.</summary>
    public double? Temperature { get; init; }

    /// <summary>The probability below which the classifier had better say nothing; null where there is none.</summary>
    public double? Threshold { get; init; }

    /// <summary>What is to be known of weights whose training has not come to its end; null where it has.</summary>
    public string? Unfinished { get; init; }

    /// <summary>Everything, as one line of JSON. Equal records give equal text.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("backbone", Backbone);
            json.WriteNumber("width", Width);
            json.WriteString("stem", Stem);
            json.WriteNumber("channels", Channels);
            json.WriteNumber("imageSize", ImageSize);
            json.WriteString("interpolation", Interpolation);
            Numbers("mean", Mean);
            Numbers("std", Std);
            if (!Range.IsOfBytes)
            {
                json.WriteString("samples", Range.Samples.ToString().ToLowerInvariant());
                Numbers("range", [Range.Low, Range.High]);
            }

            json.WriteString("layer", Layer);
            json.WriteString("method", Method);
            Number("epoch", Epoch);
            json.WriteString("stage", Stage);
            if (Whitened)
                json.WriteBoolean("whitened", Whitened);
            json.WriteString("fingerprint", Fingerprint);
            json.WriteString("licence", Licence);
            json.WriteStartArray("classes");
            foreach (string name in Classes)
                json.WriteStringValue(name);
            json.WriteEndArray();
            if (Unfinished is not null)
                json.WriteString("unfinished", Unfinished);
            if (Temperature is not null)
                Number("temperature", Temperature);
            if (Threshold is not null)
                Number("threshold", Threshold);
            json.WriteEndObject();

            void Numbers(string name, IReadOnlyList<float> values)
            {
                json.WriteStartArray(name);
                foreach (float value in values)
                    json.WriteNumberValue(value);
                json.WriteEndArray();
            }

            void Number(string name, double? value)
            {
                if (value is { } number)
                    json.WriteNumber(name, number);
                else
                    json.WriteNull(name);
            }
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The entries of a file's metadata: all of it for programs, then the most asked for under names of their own.</summary>
    public IEnumerable<(string Key, string Value)> Entries()
    {
        yield return (Key, ToJson());
        yield return ("size", Invariant($"{ImageSize}"));
        yield return ("channels", Invariant($"{Channels}"));
        yield return ("layer", Layer);
        if (Method is not null)
            yield return ("method", Method);
        if (Licence is not null)
            yield return ("licence", Licence);
        if (Unfinished is not null)
            yield return ("unfinished", Unfinished);
    }
}
