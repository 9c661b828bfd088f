using System.Text.Json;
using Lethe.Augmentation;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>What the settings beside an encoder, or within its file, say of the images that it takes.</summary>
internal sealed record ImageSettings
{
    private const int LargestImage = 4096;

    /// <summary>Mean and deviation; null where nothing is said.</summary>
    public ChannelStatistics? Statistics { get; init; }

    /// <summary>Height and width in pixels; null where nothing is said.</summary>
    public int? ImageSize { get; init; }

    /// <summary>The file that says it.</summary>
    public string? Where { get; init; }

    /// <summary>Notes of what else the settings say.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Adds what a file of Hugging Face or timm says.</summary>
    /// <param name="root">Its contents.</param>
    /// <param name="file">Its path.</param>
    /// <returns>Both together; the later one wins.</returns>
    /// <exception cref="RunException">It describes a network that is no ResNet, or images that cannot be.</exception>
    public ImageSettings With(JsonElement root, string file)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return this;
        RefuseOthers(root, file);
        JsonElement images = Property(root, "pretrained_cfg") is { ValueKind: JsonValueKind.Object } timm ? timm : root;
        float[]? mean = Numbers(images, "mean") ?? Numbers(images, "image_mean");
        float[]? deviation = Numbers(images, "std") ?? Numbers(images, "image_std");
        bool normalises = Property(images, "do_normalize") is not { ValueKind: JsonValueKind.False };
        ChannelStatistics? statistics = mean is not null && deviation is not null && normalises ? Checked(mean, deviation, file) : null;
        int? size = Size(images);
        var notes = new List<string>(Notes);
        if (Property(images, "crop_pct") is { ValueKind: JsonValueKind.Number } share && share.TryGetDouble(out double crop) && crop < 1)
            notes.Add(Invariant($"{Path.GetFileName(file)}: images were cut to the middle {crop:0.###} of their size for evaluation"));
        return this with
        {
            Statistics = statistics ?? Statistics,
            ImageSize = size ?? ImageSize,
            Where = statistics is not null || size is not null ? Path.GetFileName(file) : Where,
            Notes = notes,
        };
    }

    /// <summary>Statistics that can be used.</summary>
    /// <param name="mean">Means.</param>
    /// <param name="deviation">Deviations.</param>
    /// <param name="file">The file that has them, for errors.</param>
    /// <returns>The statistics.</returns>
    /// <exception cref="RunException">They are not finite, or of different numbers of channels.</exception>
    public static ChannelStatistics Checked(float[] mean, float[] deviation, string file) =>
        mean.Length == deviation.Length && mean.Length > 0 && mean.All(float.IsFinite) && deviation.All(d => float.IsFinite(d) && d > 0)
            ? new ChannelStatistics(mean, deviation)
            : throw new RunException(
                Invariant($"{file} normalises images by the means [{string.Join(", ", mean.Select(m => Invariant($"{m}")))}] and ")
                + $"deviations [{string.Join(", ", deviation.Select(d => Invariant($"{d}")))}], which cannot be. Correct them there.");

    private static void RefuseOthers(JsonElement root, string file)
    {
        if (Property(root, "model_type") is { ValueKind: JsonValueKind.String } type && type.GetString() is var kind && kind != "resnet")
            throw new RunException($"{file} describes a '{kind}'; Lethe reads only ResNets. Give a folder of a ResNet.");
        if (Property(root, "downsample_in_bottleneck") is { ValueKind: JsonValueKind.True })
        {
            throw new RunException(
                $"{file} says downsample_in_bottleneck: the stride sits on the first convolution of a bottleneck, where Lethe's and "
                + "torchvision's "
                + "networks have it on the second. Give another ResNet.");
        }

        if (
            Property(root, "hidden_act") is { ValueKind: JsonValueKind.String } activation && activation.GetString() is var act
                && act != "relu")
            throw new RunException($"{file} says hidden_act '{act}': Lethe's ResNets have ReLU. Give another ResNet.");
    }

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;

    private static float[]? Numbers(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() is > 0 and < 16
            && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. list.EnumerateArray().Select(item => item.TryGetSingle(out float number) ? number : float.NaN)]
            : null;

    private static int? Size(JsonElement images)
    {
        int? Number(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int size)
            && size is > 0 and <= LargestImage ? size : null;
        if (Property(images, "input_size") is { ValueKind: JsonValueKind.Array } input && input.GetArrayLength() == 3)
            return Number(input[2]);
        JsonElement? crop = Property(images, "do_center_crop") is { ValueKind: JsonValueKind.True } ? Property(images, "crop_size") : null;
        foreach (JsonElement? size in new[] { crop, Property(images, "size") })
        {
            if (size is not { } given)
                continue;
            int? found = Number(given) ?? Number(Property(given, "height")) ?? Number(Property(given, "shortest_edge"));
            if (found is not null)
                return found;
        }

        return null;
    }
}
