using Lethe.Runtime;

namespace Lethe.Augmentation.Corruptions;

/// <summary>The fifteen common corruptions by name.</summary>
internal static class CorruptionRegistry
{
    /// <summary>All, in the order of the paper.</summary>
    public static IReadOnlyList<Corruption> All { get; } =
    [
        new("gaussian-noise", "Gaussian noise", "noise", NoiseCorruptions.Gaussian),
        new("shot-noise", "Shot noise", "noise", NoiseCorruptions.Shot),
        new("impulse-noise", "Impulse noise", "noise", NoiseCorruptions.Impulse),
        new("defocus-blur", "Defocus blur", "blur", BlurCorruptions.Defocus),
        new("glass-blur", "Glass blur", "blur", BlurCorruptions.Glass),
        new("motion-blur", "Motion blur", "blur", BlurCorruptions.Motion),
        new("zoom-blur", "Zoom blur", "blur", BlurCorruptions.Zoom),
        new("snow", "Snow", "weather", WeatherCorruptions.Snow),
        new("frost", "Frost", "weather", WeatherCorruptions.Frost),
        new("fog", "Fog", "weather", WeatherCorruptions.Fog),
        new("brightness", "Brightness", "weather", WeatherCorruptions.Brightness),
        new("contrast", "Contrast", "digital", DigitalCorruptions.Contrast),
        new("elastic-transform", "Elastic transform", "digital", DigitalCorruptions.Elastic),
        new("pixelate", "Pixelate", "digital", DigitalCorruptions.Pixelate),
        new("jpeg-compression", "JPEG compression", "digital", DigitalCorruptions.Jpeg),
    ];

    /// <summary>Finds a corruption.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The corruption.</returns>
    /// <exception cref="InvalidOptionException">There is none of that name.</exception>
    public static Corruption Find(string name) => All.FirstOrDefault(corruption => corruption.Name == name)
        ?? throw new InvalidOptionException(
            $"There is no corruption '{name}'. There are {string.Join(", ", All.Select(corruption => corruption.Name))}.");
}
