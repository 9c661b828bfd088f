using System.Collections.Concurrent;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Watching;

/// <summary>
/// Pictures of the views that runs train on: the report's own where there is one, else drawn once, from the run's options and data.
/// </summary>
internal sealed class ViewSheets
{
    private const int Rows = 4;

    private readonly ConcurrentDictionary<string, Lazy<(byte[]? Png, string? Trouble)>> drawn = new();

    /// <summary>A PNG of a run's views; null where it cannot be made.</summary>
    public byte[]? Png(WatchedRun run) => run.Run is not { } read ? null
        : read.ViewsPicture ?? drawn.GetOrAdd(run.Path, _ => new(() => Draw(read))).Value.Png;

    /// <summary>Why there is none; null where there is, or where nobody has asked.</summary>
    public string? Trouble(WatchedRun run) =>
        drawn.TryGetValue(run.Path, out var sheet) && sheet.IsValueCreated && run.Run?.ViewsPicture is null ? sheet.Value.Trouble : null;

    private static (byte[]? Png, string? Trouble) Draw(ReportRun run)
    {
        RunOptions options = run.Manifest.Pretraining;
        if (options.Data.Duplicates == DuplicateRule.Near)
            return (null, "To find the images trained on takes reading every image here (--duplicates near), so the views are shown once "
                + "the run is evaluated.");
        try
        {
            // Nothing is cached: a cache would be written.
            DividedSource parts = DataSources.Parts(
                options.Data with { Cache = null, ImageSize = run.Manifest.Data.ImageSize }, options.Seed);
            int[] items = [.. parts.Division.Train.Take(Rows)];
            LoadedImages loaded = parts.Source.Load(items, parts.Options, null, default);
            var augmenter = new ViewAugmenter(
                options.Views, run.Manifest.Data.ImageSize, run.Manifest.Data.Channels, run.Manifest.Data.Statistics());
            Image[] images = [.. loaded.Images.OfType<Image>()];
            return (ContactSheet.Png(ContactSheet.Views(augmenter, images)), null);
        }
        catch (Exception error) when (error is LetheException or IOException or UnauthorizedAccessException)
        {
            return (null, $"The views cannot be drawn here: {error.Message}");
        }
    }
}
