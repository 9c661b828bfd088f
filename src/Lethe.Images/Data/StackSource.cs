using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>A source whose images are one .npy file, read where they lie.</summary>
internal sealed class StackSource : ImageSource
{
    private readonly NpyStack stack;

    public StackSource(NpyStack stack)
        : base("stack of images", stack.Names.Count, 0, null, null)
    {
        this.stack = stack;
        Notices = stack.Notices;
    }

    public override IReadOnlyList<string>? Paths => stack.Names;

    public override IReadOnlyList<UInt128> Contents(IProgress<DataProgress>? progress, CancellationToken cancel) =>
        stack.Fingerprints(cancel);

    public override LoadedImages Load(int[] items, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        if (options.Cache is not null)
            throw new InvalidOptionException(
                "--cache keeps decoded image files; a .npy file is read in place without. Leave it out.");
        var sizes = SizeRange.Of([stack.Size]);
        int imageSize = ResolveImageSize(options, sizes);
        Image?[] images = [.. stack.Read(items, imageSize, channels: 0, cancel).Select(image => (Image?)image)];
        return new LoadedImages(images, [], imageSize, sizes);
    }
}
