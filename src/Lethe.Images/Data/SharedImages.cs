using System.Collections.Concurrent;

namespace Lethe.Data;

/// <summary>Equal and nearly equal images among those of a run: what can be said without looking at files that it does not use.</summary>
internal static class SharedImages
{
    // Beyond it, comparing would take longer than a start may.
    private const int MostCompared = 60_000;

    /// <summary>Finds them, in sentences.</summary>
    public static IReadOnlyList<string> Find(ImageSet train, ImageSet probe, ImageSet test, CancellationToken cancel)
    {
        int trained = train.Count, measured = trained + probe.Count, all = measured + test.Count;
        if (all > MostCompared)
        {
            int among = CountEqual(train, test, cancel);
            return among == 0 ? [] : [DataNotice.Shared(among, 0, test.Count)];
        }

        var contents = new UInt128[all];
        var descriptors = new ImageDescriptors(all);
        Parallel.For(0, all, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            Image image = i < trained ? train[i] : i < measured ? probe[i - trained] : test[i - measured];
            contents[i] = Fingerprint.OfPixels(image);
            descriptors.Set(i, image);
        });
        var joined = new DisjointSets(all);
        joined.Join(contents);
        int equal = Shared();
        descriptors.Join(joined, Enumerable.Range(0, all).Where(i => joined.Find(i) == i), cancel);
        int near = Shared();
        return near == 0 ? [] : [DataNotice.Shared(equal, near - equal, test.Count)];

        int Shared()
        {
            var seen = new bool[all];
            for (int i = 0; i < trained; i++)
                seen[joined.Find(i)] = true;
            return Enumerable.Range(measured, test.Count).Count(i => seen[joined.Find(i)]);
        }
    }

    // How many test images equal one of any number that are trained on, of which none is kept.
    private static int CountEqual(ImageSet train, ImageSet test, CancellationToken cancel)
    {
        var parallel = new ParallelOptions { CancellationToken = cancel };
        var contents = new UInt128[test.Count];
        Parallel.For(0, contents.Length, parallel, i => contents[i] = Fingerprint.OfPixels(test[i]));
        HashSet<UInt128> tested = [.. contents];
        var seen = new ConcurrentDictionary<UInt128, bool>();
        Parallel.For(0, train.Count, parallel, i =>
        {
            UInt128 content = Fingerprint.OfPixels(train[i]);
            if (tested.Contains(content))
                seen[content] = true;
        });
        return contents.Count(seen.ContainsKey);
    }
}
