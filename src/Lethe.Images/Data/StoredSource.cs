namespace Lethe.Data;

/// <summary>A source whose files hold raw pixels: IDX and CIFAR binary. Nothing to decode, so all is read when it is opened.</summary>
internal sealed class StoredSource(
    string kind, IReadOnlyList<Image> images, int testCount, IReadOnlyList<int>? labels, IReadOnlyList<string>? classNames)
    : ImageSource(kind, images.Count - testCount, testCount, labels, classNames)
{
    public override IReadOnlyList<string>? Paths => null;

    public override IReadOnlyList<UInt128> Contents(IProgress<DataProgress>? progress, CancellationToken cancel) =>
        [.. images.AsParallel().AsOrdered().WithCancellation(cancel).Select(Fingerprint.OfPixels)];

    public override LoadedImages Load(int[] items, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        Image?[] chosen = [.. items.Select(item => (Image?)images[item])];
        var sizes = SizeRange.Of([.. chosen.Select(image => (image!.Value.Height, image.Value.Width))]);
        return new LoadedImages(chosen, [], ResolveImageSize(options, sizes), sizes);
    }
}
