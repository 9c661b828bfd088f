namespace Lethe.Data;

/// <summary>Equal and nearly equal images among those of a run: what can be said without looking at files that it does not use.</summary>
internal static class SharedImages
{
    // Beyond it, comparing would take longer than a start may.
    private const int MostCompared = 60_000;

    /// <summary>Finds them, in sentences.</summary>
    public static IReadOnlyList<string> Find(ImageSet train, ImageSet probe, ImageSet test, CancellationToken cancel)
    {
        ImageSet[] parts = [train, probe, test];
        (ImageSet Images, int Index)[] all = [.. parts.SelectMany(part => Enumerable.Range(0, part.Count).Select(i => (part, i)))];
        var contents = new UInt128[all.Length];
        bool compared = all.Length <= MostCompared;
        var descriptors = new ImageDescriptors(compared ? all.Length : 0);
        Parallel.For(0, all.Length, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            Image image = all[i].Images[all[i].Index];
            contents[i] = Fingerprint.OfPixels(image);
            if (compared)
                descriptors.Set(i, image);
        });
        int trained = train.Count, measured = all.Length - test.Count;
        var joined = new DisjointSets(all.Length);
        joined.Join(contents);
        int equal = Shared();
        if (compared)
            descriptors.Join(joined, Enumerable.Range(0, all.Length).Where(i => joined.Find(i) == i), cancel);
        int near = Shared();
        return near == 0 ? [] : [DataNotice.Shared(equal, near - equal, test.Count)];

        int Shared()
        {
            HashSet<int> seen = [.. Enumerable.Range(0, trained).Select(joined.Find)];
            return Enumerable.Range(measured, test.Count).Count(i => seen.Contains(joined.Find(i)));
        }
    }
}
