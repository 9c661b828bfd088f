using Lethe.Augmentation.Corruptions;
using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Tests.Augmentation.Corruptions;

public sealed class CorruptionTests
{
    /// <summary>By expected.py, which says how.</summary>
    private static readonly Dictionary<(string Name, int Number), byte[]> expected = File
        .ReadAllLines(Path.Combine(Repository.Root, "tests/Lethe.Tests/Augmentation/Corruptions/expected.txt"))
        .Select(line => line.Split(' ')).ToDictionary(
            parts => (parts[0], int.Parse(parts[1])), parts => Convert.FromBase64String(parts[2]));

    private static readonly string[] notRising = ["glass-blur", "motion-blur", "frost", "elastic-transform"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly Image image = new(expected[("image", 0)], 16, 16, 3);

    public static TheoryData<string> Names => [.. CorruptionRegistry.All.Select(corruption => corruption.Name)];

    public static TheoryData<string> Rising => [.. CorruptionRegistry.All.Select(corruption => corruption.Name).Except(notRising)];

    [Theory]
    [InlineData("defocus-blur", 1, 0.01)]
    [InlineData("zoom-blur", 1, 0.01)]
    [InlineData("brightness", 1, 0.01)]
    [InlineData("contrast", 1, 0.01)]
    [InlineData("pixelate", 1, 0.5)] // Pillow rounds to bytes in between
    // libjpeg's transform is in whole numbers: a coefficient near the middle of two steps may go the other way
    [InlineData("jpeg-compression", 7, 0.9)]
    public void Apply_WithoutRandomness_AgreesWithNumpyScipyAndPillow(string name, int most, double mean)
    {
        foreach (int severity in (int[])[1, 3, 5])
            AssertNear(expected[(name, severity)], CorruptionRegistry.Find(name).Apply(image, severity, 1), most, mean);
    }

    [Fact]
    public void Jpeg_OfGrey_AgreesWithPillow()
    {
        Image grey = new(Enumerable.Range(0, 256).Select(i => image.Pixels.Span[3 * i]).ToArray(), 16, 16, 1);
        foreach (int severity in (int[])[1, 3, 5])
            AssertNear(expected[("jpeg-grey", severity)], CorruptionRegistry.Find("jpeg-compression").Apply(grey, severity, 1), 3, 0.5);
    }

    [Fact]
    public void Filters_OfARaster_AgreeWithScipy()
    {
        Raster raster = Raster.From(image);
        AssertNear(expected[("gaussian-nearest", 4)], RasterFilter.Gaussian(raster, 1.3, 4, Border.Nearest).ToImage(), 1, 0.01);
        AssertNear(expected[("gaussian-reflect", 3)], RasterFilter.Gaussian(raster, 2.1, 3, Border.Reflect).ToImage(), 1, 0.01);
        foreach (
            (string name, Func<int, int, int> fold) in new (
                string, Func<int, int, int>)[] { ("reflect", Border.Reflect), ("mirror", Border.Mirror), ("nearest", Border.Nearest) })
        {
            Raster sampled = Raster.Of(
                16, 16, 3, (row, column, channel) => raster.Sample((row * 1.7) - 5.3, (column * 1.6) - 4.1, channel, fold));
            AssertNear(expected[($"sample-{name}", 0)], sampled.ToImage(), 1, 0.01);
        }
    }

    /// <summary>A point of light becomes a line of the motion's length on one side, in its direction.</summary>
    [Fact]
    public void Motion_OfAPoint_IsAHalfLineOfFallingWeight()
    {
        var point = new Raster(33, 33, 1);
        point[16, 16, 0] = 1;
        Raster across = RasterFilter.Motion(point, 3, 2, 0), down = RasterFilter.Motion(point, 3, 2, 90);
        double sum = Enumerable.Range(0, 7).Sum(k => Math.Exp(-k * k / 8.0));
        for (int k = 0; k < 7; k++)
        {
            Assert.Equal(Math.Exp(-k * k / 8.0) / sum, across[16, 16 - k, 0], 1e-12);
            Assert.Equal(across[16, 16 - k, 0], down[16 - k, 16, 0], 1e-12);
        }

        Assert.Equal(1, across.Values.Sum(), 1e-12);
        Assert.Equal(7, RasterFilter.Motion(point, 3, 2, 37).Values.Count(value => value > 0));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_GreyOrOblong_KeepsShapeAndIsTheSameAgain(string name)
    {
        Corruption corruption = CorruptionRegistry.Find(name);
        foreach ((int height, int width, int channels) in new[] { (32, 32, 3), (28, 28, 1), (20, 45, 3), (70, 64, 3) })
        {
            Image picture = Picture(height, width, channels);
            byte[] before = picture.Pixels.ToArray();
            for (int severity = 1; severity <= Corruption.Severest; severity++)
            {
                Image once = corruption.Apply(picture, severity, 7), again = corruption.Apply(picture, severity, 7);
                Assert.Equal((height, width, channels), (once.Height, once.Width, once.Channels));
                Assert.Equal(once.Pixels.ToArray(), again.Pixels.ToArray());
                Assert.NotEqual(before, once.Pixels.ToArray());
            }

            Assert.Equal(before, picture.Pixels.ToArray());
        }
    }

    /// <summary>
    /// All but those whose published constants do not rise, as <see cref="Apply_ConstantsThatDoNotRise_DoAsTheySay"/> says.
    /// </summary>
    [Theory]
    [MemberData(nameof(Rising))]
    public void Apply_Severer_MovesPixelsFurther(string name)
    {
        double[] distances = Distances(name);
        for (int i = 1; i < distances.Length; i++)
            Assert.True(distances[i] > distances[i - 1], $"{name} {i + 1}: {string.Join(", ", distances)}");
    }

    /// <summary>
    /// Of glass blur one step blurs more but trades as often, and the blur hides the trades; of motion blur one step lengthens the line by
    /// what weighs nothing; of frost the image fades as the frost thickens; of the elastic transform the affine part, which moves most,
    /// shrinks.
    /// </summary>
    [Fact]
    public void Apply_ConstantsThatDoNotRise_DoAsTheySay()
    {
        double[] glass = Distances("glass-blur"), motion = Distances("motion-blur"), frost = Distances("frost"),
            elastic = Distances("elastic-transform");
        Assert.True(glass[2] < glass[1] && glass[3] > glass[0] && glass[4] > glass[2], string.Join(", ", glass));
        Assert.Equal(motion[2], motion[3], 0.01);
        Assert.True(motion[0] < motion[1] && motion[1] < motion[2] && motion[3] < motion[4], string.Join(", ", motion));
        Assert.True(frost[0] < frost[1] && frost[1] < frost[2] && frost[4] > frost[0], string.Join(", ", frost));
        Assert.Equal(elastic.OrderDescending(), elastic);
    }

    [Fact]
    public void Noise_OnEvenGrey_HasTheMomentsOfItsDefinition()
    {
        var grey = new Image(Enumerable.Repeat((byte)102, 200 * 200).ToArray(), 200, 200, 1);
        const double Value = 102 / 255.0;
        (double mean, double deviation) = Moments(CorruptionRegistry.Find("gaussian-noise").Apply(grey, 3, 1));
        Assert.Equal(Value, mean, 0.002);
        Assert.Equal(0.08, deviation, 0.002);
        for (int severity = 1; severity <= 5; severity++)
        {
            double photons = new[] { 500, 250, 100, 75, 50 }[severity - 1];
            (mean, deviation) = Moments(CorruptionRegistry.Find("shot-noise").Apply(grey, severity, 2));
            Assert.Equal(Value, mean, 0.003);
            Assert.Equal(Math.Sqrt(Value / photons), deviation, 0.002);
        }

        byte[] impulses = CorruptionRegistry.Find("impulse-noise").Apply(grey, 5, 3).Pixels.ToArray();
        Assert.Equal(0.035, impulses.Count(value => value == 0) / 40_000.0, 0.004);
        Assert.Equal(0.035, impulses.Count(value => value == 255) / 40_000.0, 0.004);
        Assert.Equal(3, impulses.Distinct().Count());
    }

    /// <summary>Both ways of drawing against the distribution itself.</summary>
    [Theory]
    [InlineData(0.7)]
    [InlineData(9.9)]
    [InlineData(10.1)]
    [InlineData(120)]
    public void Poisson_OfAMean_HasItsDistribution(double mean)
    {
        const int Draws = 40_000;
        var stream = new RandomStream(5);
        int[] counts = new int[400];
        for (int i = 0; i < Draws; i++)
            counts[Poisson.Next(mean, ref stream)]++;
        double probability = Math.Exp(-mean), chiSquared = 0;
        int cells = 0;
        for (int k = 0; k < counts.Length; k++, probability *= mean / k)
        {
            if (probability * Draws < 10)
                continue;
            chiSquared += (counts[k] - (probability * Draws)) * (counts[k] - (probability * Draws)) / (probability * Draws);
            cells++;
        }

        Assert.InRange(chiSquared, cells * 0.3, cells + (4 * Math.Sqrt(2 * cells)) + 4);
    }

    /// <summary>Numbers that name a corruption must stay comparable: these change only on purpose.</summary>
    [Fact]
    public void Apply_EachCorruption_HasTheFingerprintOfAlways()
    {
        var set = new ImageSet("pictures", [.. Shapes.Take(3).Select(picture => picture.Image)]);
        string[] prints = [.. CorruptionRegistry.All.Select(corruption => $"{corruption.Name} {Fingerprint.Of([.. Enumerable.Range(1, 5).Select(severity => corruption.Apply(set, severity, 11, cancel: Token))])}")];
        Assert.Equal(fingerprints, prints);
    }

    [Fact]
    public void Apply_ASet_SeedsEachImageByItsItemAndKeepsLabels()
    {
        ImageSet all = CausalShapes.Images(
            "shapes", [.. Enumerable.Range(0, 6).Select(i => CausalShapes.Draw(1, 0, 0))], 32, cancel: Token);
        var items = new ImageSet(
            "shapes", [.. Enumerable.Range(0, 6).Select(i => all[i])], all.Labels, all.ClassNames) { Items = [10, 11, 12, 13, 14, 15] };
        Corruption noise = CorruptionRegistry.Find("gaussian-noise");
        ImageSet whole = noise.Apply(items, 2, 3, threads: 2, Token), part = noise.Apply(items.Subset("part", [4, 1]), 2, 3, cancel: Token);
        Assert.Equal(items.Labels, whole.Labels);
        Assert.Equal(items.Items, whole.Items);
        Assert.Equal(whole[4].Pixels.ToArray(), part[0].Pixels.ToArray());
        Assert.NotEqual(whole[4].Pixels.ToArray(), whole[1].Pixels.ToArray());
        Assert.NotEqual(whole[4].Pixels.ToArray(), noise.Apply(items, 2, 4, cancel: Token)[4].Pixels.ToArray());
    }

    [Fact]
    public void Apply_BadInput_IsRefused()
    {
        Assert.Contains(
            "gaussian-noise",
            Assert.Throws<InvalidOptionException>(() => CorruptionRegistry.Find("rain")).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => CorruptionRegistry.All[0].Apply(image, 0, 1));
        Assert.Throws<InvalidOptionException>(() => CorruptionRegistry.All[0].Apply(image, 6, 1));
        Image tiny = Picture(7, 30, 1);
        Assert.Throws<DataException>(() => CorruptionRegistry.All[0].Apply(tiny, 1, 1));
        Assert.Throws<DataException>(() => CorruptionRegistry.All[0].Apply(new ImageSet("tiny", [tiny]), 1, 1, cancel: Token));
    }

    private static readonly string[] fingerprints =
    [
        "gaussian-noise 8afa81c75cac791cc3e4e1a29ed2308d",
        "shot-noise 988687f94c4f293d5dee5f63e2fe7fec",
        "impulse-noise 39b43bacba2dd3a0e2472b438c8fe91b",
        "defocus-blur 891119230332d6a27e75e0eaa08dd30b",
        "glass-blur 8f7d783b9f1690c9db934e2aa1d3ee41",
        "motion-blur 9b0fda70fadff250c48042df5c475a07",
        "zoom-blur 46a75bb36bc93306c75f0ada0787caaf",
        "snow dd6232a41f76db19e9dec690d83a8821",
        "frost fd9873e09d8e5d3e76bdf80cc113cf4c",
        "fog 79dadc2f3e9214d01deb977b1d9279aa",
        "brightness 08d6a0d26c8b20abef02154fc33d9820",
        "contrast 6153f3cd56c317afe17a64db5cabe65a",
        "elastic-transform 480411f634a57abd2b149ee62e36a2b9",
        "pixelate 7eb59ec43926d2948122cc527d398905",
        "jpeg-compression a295aadeae29233d45fcebafbe651b72",
    ];

    private static (Image Image, ulong Seed)[] Shapes { get; } =
        [.. Enumerable.Range(0, 24).Select(i => (CausalShapes.Render(CausalShapes.Draw(9, i, 0), 32), (ulong)i))];

    private static double[] Distances(string name) =>
        [
            .. Enumerable.Range(1, Corruption.Severest).Select(
                severity => Shapes.Average(
                    picture => Distance(picture.Image, CorruptionRegistry.Find(name).Apply(picture.Image, severity, picture.Seed)))),
        ];

    private static double Distance(Image a, Image b) =>
        a.Pixels.ToArray().Zip(b.Pixels.ToArray(), (x, y) => (double)(x - y) * (x - y)).Average();

    private static (double Mean, double Deviation) Moments(Image noisy)
    {
        double[] values = [.. noisy.Pixels.ToArray().Select(value => value / 255.0)];
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
    }

    private static Image Picture(int height, int width, int channels) =>
        new(
            Enumerable.Range(0, height * width * channels).Select(i => (byte)((i * 37 / 5) + (i / channels % width * 3))).ToArray(),
            height,
            width,
            channels);

    private static void AssertNear(byte[] wanted, Image found, int most, double mean)
    {
        int[] differences = [.. wanted.Zip(found.Pixels.ToArray(), (a, b) => Math.Abs(a - b))];
        Assert.Equal(wanted.Length, found.Pixels.Length);
        Assert.True(
            differences.Max() <= most && differences.Average() <= mean, $"largest {differences.Max()}, mean {differences.Average():F3}");
    }
}
