using System.Diagnostics;
using System.Globalization;
using Lethe.Data;
using Lethe.Numerics;
using SkiaSharp;

namespace Lethe.Benchmarks;

/// <summary>
/// What <c>lethe data check</c> finds of duplicates that were planted: a tenth as many copies as images, half of them of the same bytes,
/// the others compressed again (JPEG of quality 50 to 90), resized by up to a fifth, both, or brightened or darkened by up to a twentieth and
/// compressed again, in turn.
/// </summary>
internal static class PlantedDuplicates
{
    private const string Original = "o", Copy = "d";
    private static readonly string[] kinds = ["jpeg", "resized", "both", "brightness"];

    /// <param name="images">A folder of image files.</param>
    /// <param name="below">Names of folders to take, with commas between; empty for all.</param>
    /// <param name="count">How many images at most, by a seeded shuffle.</param>
    /// <param name="seed">What is drawn, and how copies are changed.</param>
    public static void Measure(string images, string below, int count, int seed)
    {
        string[] folders = below.Split(',', StringSplitOptions.RemoveEmptyEntries);
        string[] all = [.. ImageListing.ImagesBelow(images).Where(path => folders.Length == 0 || path.Split('/').Intersect(folders).Any())];
        var random = new RandomStream(RandomStream.Derive((ulong)seed, 0));
        string[] chosen = [.. random.Permutation(all.Length).Take(count).Select(i => Path.Combine(images, all[i]))];
        DirectoryInfo planted = Directory.CreateTempSubdirectory("lethe-planted-");
        try
        {
            var copies = new Dictionary<string, string>();
            for (int i = 0; i < chosen.Length; i++)
                File.Copy(chosen[i], Path.Combine(planted.FullName, $"{Original}{i:000000}{Path.GetExtension(chosen[i])}"));
            int[] copied = [.. random.Permutation(chosen.Length).Take(chosen.Length / 10)];
            for (int j = 0; j < copied.Length; j++)
            {
                string kind = j % 2 == 0 ? "exact" : kinds[j / 2 % kinds.Length], name = $"{Copy}{copied[j]:000000}";
                copies[name] = kind;
                Plant(chosen[copied[j]], Path.Combine(planted.FullName, name), kind, ref random);
            }

            var clock = Stopwatch.StartNew();
            DataCheckResult result = DataCheck.Run(new DataOptions { Data = planted.FullName });
            double seconds = clock.Elapsed.TotalSeconds;
            string[][] groups = [.. result.Groups.Select(group => group.Members.Select(member => member.Name.Split('.')[0]).ToArray())];
            ILookup<string, bool> found = copies.ToLookup(
                copy => copy.Value, copy => groups.Any(group => group.Contains(copy.Key) && group.Contains(Original + copy.Key[1..])));

            // Images joined that are no copies of each other: false, unless the images held them already.
            int others = groups.Sum(group => group.Select(name => name[1..]).Distinct().Count() - 1);
            int right = found.Sum(kind => kind.Count(hit => hit));
            JsonLine.Write(new
            {
                Images = chosen.Length,
                Planted = copies.Count,
                Recall = (double)right / copies.Count,
                RecallByKind = found.ToDictionary(kind => kind.Key, kind => kind.Average(hit => hit ? 1.0 : 0)),
                OtherPairs = others,
                PrecisionIfOthersAreFalse = (double)right / Math.Max(1, right + others),
                Seconds = seconds,
                Others = groups
                    .Select(group => group.Select(name => int.Parse(name[1..], CultureInfo.InvariantCulture)).Distinct().ToArray())
                    .Where(group => group.Length > 1).Take(20).Select(group => string.Join(' ', group.Select(i => chosen[i]))),
            });
        }
        finally
        {
            planted.Delete(recursive: true);
        }
    }

    private static void Plant(string from, string to, string kind, ref RandomStream random)
    {
        if (kind == "exact")
        {
            File.Copy(from, to + Path.GetExtension(from));
            return;
        }

        SKBitmap image = SKBitmap.Decode(from);
        if (kind is "resized" or "both")
        {
            double scale = random.NextDouble(0.8, 1.2);
            var size = new SKSizeI(Math.Max(8, (int)Math.Round(scale * image.Width)), Math.Max(8, (int)Math.Round(scale * image.Height)));
            SKSamplingOptions[] ways = [new(SKFilterMode.Linear), new(SKCubicResampler.Mitchell), new(SKCubicResampler.CatmullRom)];
            image = image.Resize(size, ways[random.NextInt(ways.Length)]);
        }

        if (kind == "brightness")
        {
            double gain = random.NextDouble(0.95, 1.05);
            byte Times(byte value) => (byte)Math.Clamp(Math.Round(gain * value), 0, 255);
            SKBitmap lit = image.Copy(SKColorType.Rgba8888);
            lit.Pixels = [.. image.Pixels.Select(colour => new SKColor(Times(colour.Red), Times(colour.Green), Times(colour.Blue)))];
            image = lit;
        }

        bool lossless = kind == "resized";
        using SKData data = image.Encode(lossless ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 50 + random.NextInt(41));
        File.WriteAllBytes(to + (lossless ? ".png" : ".jpg"), data.ToArray());
    }
}
