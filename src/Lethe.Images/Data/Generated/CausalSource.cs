namespace Lethe.Data.Generated;

/// <summary><see cref="CausalShapes"/> as a source; only the images that are asked for are drawn.</summary>
internal sealed class CausalSource(CausalShapesOptions options)
    : ImageSource("generated shapes", options.Count, options.TestCount, Labelled(options), CausalShapes.ShapeNames)
{
    private static readonly string[] keys = ["count", "test-count", "size", "rho", "test-rho", "seed"];

    public override IReadOnlyList<string>? Paths => null;

    /// <summary>Reads <c>causal-shapes:rho=0.9,size=32</c>.</summary>
    public static CausalSource Open(string text)
    {
        SourceSpec spec = SourceSpec.Parse(text, keys, takesArgument: false);
        var defaults = new CausalShapesOptions();
        var options = new CausalShapesOptions
        {
            Count = spec.Whole("count", defaults.Count),
            TestCount = spec.Whole("test-count", defaults.TestCount),
            Size = spec.Whole("size", defaults.Size),
            Rho = spec.Number("rho", defaults.Rho),
            TestRho = spec.Number("test-rho", defaults.TestRho),
            Seed = spec.Seed("seed", defaults.Seed),
        };
        options.Validate();
        return new CausalSource(options);
    }

    public override IReadOnlyList<UInt128>? Contents(IProgress<DataProgress>? progress, CancellationToken cancel) => null;

    public override LoadedImages Load(int[] items, DataOptions data, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        MemoryBudget.Require(
            3L * options.Size * options.Size * items.Length, $"{items.Length} images of {options.Size} pixels",
            "Use --limit N or a smaller size.");
        var images = new Image?[items.Length];
        int done = 0, step = Math.Max(1, items.Length / 100);
        Parallel.For(0, items.Length, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            images[i] = CausalShapes.Render(options.FactorsOf(items[i]), options.Size);
            int count = Interlocked.Increment(ref done);
            if (count % step == 0 || count == items.Length)
                progress?.Report(new DataProgress("drawing", count, items.Length));
        });
        var sizes = new SizeRange(options.Size, options.Size, options.Size, options.Size);
        return new LoadedImages(images, [], ResolveImageSize(data, sizes), sizes);
    }

    private static int[] Labelled(CausalShapesOptions options) =>
        [.. Enumerable.Range(0, options.Count + options.TestCount).Select(item => options.FactorsOf(item).Shape)];
}
