using System.Collections;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Samples;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation.Protocols;

/// <summary>Small labelled images whose class shows, and every protocol with options for seconds.</summary>
internal static class ProtocolSample
{
    public static readonly ChannelStatistics Statistics = new([0.4f, 0.5f, 0.6f], [0.2f, 0.25f, 0.3f]);

    /// <summary>Every registered protocol, the ways in which one can be made to fit otherwise, and one of another assembly.</summary>
    public static readonly IReadOnlyDictionary<string, Protocol> All = ProtocolRegistry.All
        .ToDictionary(entry => entry.Name, entry => entry.Create(entry.DefaultOptions.Quick()))
        .Append(KeyValuePair.Create<string, Protocol>(
            "linear by SGD", new LinearProtocol(new LinearProtocolOptions { LinearSolver = "sgd", LinearEpochs = 2, LinearBatchSize = 8 })))
        .Append(KeyValuePair.Create(NearestMean.Entry.Name, NearestMean.Entry.Create(NearestMean.Entry.DefaultOptions.Quick())))
        .ToDictionary();

    /// <summary>What a protocol works on: the sample, or what it draws itself; and two sets of test images.</summary>
    public static (FittingImages Fitting, ImageSet Test, ImageSet Other) For(Protocol protocol)
    {
        if (protocol is not GeneratingProtocol generating)
            return (Fitting, Images("test", 3, 12), Images("test", 9, 12, label: i => (i + 1) % 3));
        (FittingImages fitting, ImageSet test) = generating.Draw(16, 1, 1, TestContext.Current.CancellationToken);
        ImageSet Half(int first) => test.Subset("test", [.. Enumerable.Range(first, test.Count / 2)]);
        return (fitting, Half(0), Half(test.Count / 2));
    }

    public static FittingImages Fitting => new("sample", Images("train", 1, 60), Images("probe", 2, 30));

    public static EncoderState Encoder(SslMethod method, bool untrained = false, FeatureStore? store = null) =>
        new(method, Statistics, CPU, 1, untrained, store);

    public static ImageSet Images(string name, ulong seed, int count, Func<int, int>? label = null, int channels = 3, int size = 16)
    {
        int[] labels = [.. Enumerable.Range(0, count).Select(label ?? (i => i % 3))];
        return new ImageSet(
            name,
            [.. labels.Select((one, i) => Draw(RandomStream.Derive(seed, (ulong)i), one, channels, size))],
            labels,
            ["round", "square", "long"]);
    }

    public static Image Draw(ulong seed, int label, int channels = 3, int size = 16)
    {
        var random = new RandomStream(seed);
        byte[] pixels = new byte[size * size * channels];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((random.NextInt(120)) + (60 * ((i / channels / (1 + label)) % 2)));
        return new Image(pixels, size, size, channels);
    }

    /// <summary>Images that must not be looked at while a protocol fits.</summary>
    public sealed class Guarded(IReadOnlyList<Image> images) : IReadOnlyList<Image>
    {
        public bool Closed { get; set; }

        public int Looks { get; private set; }

        public int Count => images.Count;

        public Image this[int index]
        {
            get
            {
                if (Closed)
                    throw new InvalidOperationException($"test image {index} was looked at while fitting");
                Looks++;
                return images[index];
            }
        }

        public IEnumerator<Image> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
