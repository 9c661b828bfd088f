using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Another source with its images tinted by class: <c>tinted:SOURCE,rho=0.9,test-rho=0</c>.</summary>
internal sealed class TintedSource(ImageSource inner, string name, ColourShiftOptions options, double testRho)
    : ImageSource($"{inner.Kind}, tinted by class", inner.PoolCount, inner.TestCount, inner.Labels, inner.ClassNames)
{
    private static readonly string[] keys = ["rho", "test-rho", "strength", "tint-seed"];

    public override IReadOnlyList<string>? Paths => inner.Paths;

    /// <param name="text">The specification.</param>
    /// <param name="open">Opens the source within.</param>
    public static TintedSource Open(string text, Func<string, ImageSource> open)
    {
        SourceSpec spec = SourceSpec.Parse(text, keys, takesArgument: true);
        if (spec.Argument.Length == 0)
            throw new InvalidOptionException(
                "--data tinted needs the source to tint: tinted:SOURCE,rho=0.9, with SOURCE a name or a path.");
        var defaults = new ColourShiftOptions();
        var options = new ColourShiftOptions
        {
            Rho = spec.Number("rho", defaults.Rho), Strength = spec.Number(
                "strength", defaults.Strength), Seed = spec.Seed("tint-seed", defaults.Seed),
        };
        options.Validate();
        double testRho = spec.Number("test-rho", 0);
        (options with { Rho = testRho }).Validate();
        ImageSource inner = open(spec.Argument);
        ColourShift.RequireClasses(spec.Argument, inner.ClassNames);
        if (inner.TestCount == 0 && testRho != options.Rho && spec.Text("test-rho") is not null)
            throw new InvalidOptionException(
                $"--data tinted: '{spec.Argument}' has no test part of its own that test-rho could hold for. Leave test-rho out.");
        return new TintedSource(inner, spec.Argument, options, testRho) { Notices = inner.Notices };
    }

    public override IReadOnlyList<UInt128>? Contents(IProgress<DataProgress>? progress, CancellationToken cancel) =>
        inner.Contents(progress, cancel);

    public override LoadedImages Load(int[] items, DataOptions data, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        LoadedImages loaded = inner.Load(items, data, progress, cancel);
        MemoryBudget.Require(
            loaded.Images.Sum(image => image is { } i ? (long)i.Height * i.Width * 3 : 0), $"{items.Length} tinted images",
            "Tinted images are kept in memory, with --cache as well: use --limit N or a smaller --image-size.");
        int classes = ColourShift.RequireClasses(name, ClassNames);
        var images = new Image?[items.Length];
        Parallel.For(0, items.Length, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            if (loaded.Images[i] is not { } image)
                return;
            ColourShiftOptions how = items[i] < PoolCount ? options : options with { Rho = testRho };
            images[i] = ColourShift.Tint(image, ColourShift.TintOf(Labels![items[i]], classes, items[i], how), classes, options.Strength);
        });
        return loaded with { Images = images };
    }
}
