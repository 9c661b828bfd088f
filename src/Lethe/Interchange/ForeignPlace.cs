using System.Text.Json;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>
/// Where an encoder from elsewhere lies: a file, or a folder as Hugging Face and timm write it, with what its settings say.
/// </summary>
/// <param name="Files">The files of weights, at least one.</param>
/// <param name="Settings">What the folder's settings say of images.</param>
internal sealed record ForeignPlace(IReadOnlyList<string> Files, ImageSettings Settings)
{
    private const string Index = ".index.json";
    private const long LongestSettings = 1 << 20;

    private static readonly string[] usual =
    [
        "model.safetensors", "encoder.safetensors", "pytorch_model.bin", "model.safetensors" + Index, "pytorch_model.bin" + Index,
        "open_clip_pytorch_model.bin",
    ];

    private static readonly string[] endings = [".safetensors", ".pth", ".pt", ".ckpt", ".bin", ".onnx", ".tar"];

    /// <summary>Looks at a path.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <returns>What is there.</returns>
    /// <exception cref="RunException">Nothing, no weights, several, or a network that is no ResNet as its settings say.</exception>
    public static ForeignPlace Of(string path)
    {
        if (!Directory.Exists(path))
        {
            return path.EndsWith(Index, StringComparison.Ordinal) && File.Exists(path)
                ? new ForeignPlace(Parts(path), Read(Path.GetDirectoryName(Path.GetFullPath(path))!))
                : new ForeignPlace([path], new ImageSettings());
        }

        string? known = usual.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists);
        string[] others = known is not null ? [] :
        [
            .. Directory.EnumerateFiles(path).Where(file => endings.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(
                StringComparer.Ordinal),
        ];
        if (known is null && others.Length != 1)
        {
            throw new RunException(
                others.Length == 0
                    ? $"{path} is a folder without weights: expected model.safetensors or pytorch_model.bin, as Hugging Face and timm "
                        + "write it. "
                        + "Give a file, or a folder that has one."
                    : $"{path} is a folder with several files of weights: {string.Join(", ", others.Take(4).Select(Path.GetFileName))}"
                        + $"{(others.Length > 4 ? " and more" : "")}. Give one of them.");
        }

        string file = known ?? others[0];
        return new ForeignPlace(file.EndsWith(Index, StringComparison.Ordinal) ? Parts(file) : [file], Read(path));
    }

    // An index names the file of each tensor.
    private static string[] Parts(string index)
    {
        using JsonDocument document = Parse(index);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("weight_map", out JsonElement map)
            || map.ValueKind != JsonValueKind.Object)
            throw new RunException($"{index} has no 'weight_map' and is not an index of weights. Give the file of weights itself.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(index))!;
        string[] names =
        [
            .. map.EnumerateObject().Select(item => item.Value.ValueKind == JsonValueKind.String ? item.Value.GetString()! : "")
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        if (names.Length == 0 || names.FirstOrDefault(name => name.Length == 0 || name != Path.GetFileName(name)
            || name is "." or ".." || name.Contains('\\', StringComparison.Ordinal)) is { })
            throw new RunException($"{index} names files outside of its folder. It is damaged: download it again.");
        string? missing = names.FirstOrDefault(name => !File.Exists(Path.Combine(folder, name)));
        return missing is null
            ? [.. names.Select(name => Path.Combine(folder, name))]
            : throw new RunException($"{index} names '{missing}', which is missing beside it. Download all parts into one folder.");
    }

    private static ImageSettings Read(string folder)
    {
        var settings = new ImageSettings();
        foreach (string name in new[] { "config.json", "preprocessor_config.json" })
        {
            string file = Path.Combine(folder, name);
            if (!File.Exists(file))
                continue;
            using JsonDocument document = Parse(file);
            settings = settings.With(document.RootElement, file);
        }

        return settings;
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            if (new FileInfo(file).Length > LongestSettings * (file.EndsWith(Index, StringComparison.Ordinal) ? 16 : 1))
                throw new RunException($"{file} has more than {LongestSettings} bytes: too many for settings. Download it again.");
            return JsonDocument.Parse(File.ReadAllText(file)); // with or without a mark of its encoding
        }
        catch (JsonException error)
        {
            throw new RunException($"{file} cannot be read as JSON: {error.Message} Download it again, or remove it.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{file} cannot be read: {error.Message} Make it readable, or remove it.", error);
        }
    }
}
