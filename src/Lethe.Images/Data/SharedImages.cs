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
        var contents = new UInt128[all];
        bool compared = all <= MostCompared;
        var descriptors = new ImageDescriptors(compared ? all : 0);
        Parallel.For(0, all, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            Image image = i < trained ? train[i] : i < measured ? probe[i - trained] : test[i - measured];
            contents[i] = Fingerprint.OfPixels(image);
            if (compared)
                descriptors.Set(i, image);
        });
        var joined = new DisjointSets(all);
        joined.Join(contents);
        int equal = Shared();
        if (compared)
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
}
