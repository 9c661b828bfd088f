using System.Globalization;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>What protocols ask of labelled images before they start.</summary>
internal static class LabelCheck
{
    /// <summary>Asks for labels of at least two classes, with so many images in each class that has any.</summary>
    public static void Classes(string source, ImageSet images, int atLeast, string why)
    {
        if (images.Labels is null)
            throw new DataException($"The {images.Name} images of {source} have no labels; {why} needs them. Give class folders or "
                + "another source with labels.");
        (int Label, int Count)[] counts =
            [.. images.Labels.CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value))];
        if (counts.Length < 2)
            throw new DataException($"The {images.Count} {images.Name} images of {source} are all of class "
                + $"'{Name(images, counts[0].Label)}'; {why} needs at least two classes. Give a source with more classes.");
        (int label, int count) = counts.MinBy(pair => pair.Count);
        if (count < atLeast)
        {
            throw new DataException(
                $"Class '{Name(images, label)}' has {count} {images.Name} image{(count == 1 ? "" : "s")} in {source}; {why} needs at "
                + $"least {atLeast} of each class. "
                + "Add images of that class, raise --probe-images (or --fit-images), or leave the class out.");
        }
    }

    public static string Name(ImageSet images, int label) =>
        images.ClassNames is { } names && label >= 0 && label < names.Count ? names[label] : label.ToString(CultureInfo.InvariantCulture);
}
