using System.Diagnostics;
using System.Text;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;
using Lethe.Workflow;

namespace Lethe.Benchmarks;

/// <summary>
/// What a folder of very many images takes: made once, then listed, divided, opened through a cache and streamed as one epoch of views, with
/// the most memory that each part took. Memory is what stands for no file; pages of the cache are the system's to drop.
/// </summary>
internal static class ManyImages
{
    private const int PerFolder = 1000, Batch = 256;

    /// <summary>Measures and prints a line.</summary>
    /// <param name="folder">Where the images are; they are made where it does not exist.</param>
    /// <param name="count">How many to make.</param>
    /// <param name="size">Height and width of an image and of a view, at least 16.</param>
    /// <param name="cache">The cache; made where it does not exist.</param>
    /// <param name="threads">Threads that render views.</param>
    public static void Measure(string folder, int count, int size, string cache, int threads)
    {
        if (!Directory.Exists(folder))
            Make(folder, count, size);
        using var memory = new MemoryWatch();
        var parts = new List<object>();
        int images = 0;
        DataSplits data = Part("open", () => DataSources.Open(
            new DataOptions { Data = folder, Cache = cache, ImageSize = size }, seed: 0,
            new Forward<DataProgress>(told => Note(told.Stage))));
        images = data.Train.Count + data.Probe.Count + data.Test.Count;
        ViewAugmenter augmenter = Part("normalisation", () => new ViewAugmenter(
            new AugmentationOptions(), size, data.Train.Channels, ChannelStatistics.Measure(data.Train)));
        Part("epoch", () =>
        {
            using var loader = new ViewLoader(data.Train, augmenter, Batch, seed: 0, threads);
            return loader.Batches(0).Count();
        });
        GC.Collect();
        GC.Collect();
        JsonLine.Write(new
        {
            Images = images,
            Size = size,
            Parts = parts,
            HeapBytesPerImage = (double)GC.GetTotalMemory(true) / images,
            MostAnonymousMib = memory.Most,
            PeakMib = Resources.PeakMebibytes(),
            CacheMib = new FileInfo(cache).Length / 1048576.0,
        });
        GC.KeepAlive(data);

        T Part<T>(string name, Func<T> work)
        {
            memory.Reset();
            var clock = Stopwatch.StartNew();
            double processor = Resources.ProcessorSeconds();
            T result = work();
            parts.Add(new
            {
                Name = name, clock.Elapsed.TotalSeconds, ProcessorSeconds = Resources.ProcessorSeconds() - processor,
                MostAnonymousMib = memory.MostSinceReset,
            });
            Console.Error.WriteLine($"{name}: {clock.Elapsed.TotalSeconds:0.0} s, at most {memory.MostSinceReset:0} MiB");
            return result;
        }

        void Note(string stage)
        {
            if (memory.Stage == stage)
                return;
            Console.Error.WriteLine($"  {stage}, from {memory.Most:0} MiB on");
            memory.Stage = stage;
        }
    }

    // Grey noise about a level of its own, in the simplest format that there is.
    private static void Make(string folder, int count, int size)
    {
        byte[] head = Encoding.ASCII.GetBytes($"P5 {size} {size} 255\n");
        Parallel.For(0, (count + PerFolder - 1) / PerFolder, below =>
        {
            string home = Path.Combine(folder, $"class{below % 10}", $"{below:00000}");
            Directory.CreateDirectory(home);
            byte[] file = [.. head, .. new byte[size * size]];
            for (int i = below * PerFolder; i < Math.Min(count, (below + 1) * PerFolder); i++)
            {
                var random = new RandomStream(RandomStream.Derive(1, (ulong)i));
                int level = random.NextInt(200);
                for (int p = head.Length; p < file.Length; p++)
                    file[p] = (byte)(level + random.NextInt(56));
                File.WriteAllBytes(Path.Combine(home, $"{i:0000000}.pgm"), file);
            }
        });
    }

    // The most anonymous memory that was seen, looked at all the time.
    private sealed class MemoryWatch : IDisposable
    {
        private readonly Timer timer;

        public MemoryWatch() => timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));

        public string Stage { get; set; } = "";

        public double Most { get; private set; }

        public double MostSinceReset { get; private set; }

        public void Reset() => MostSinceReset = 0;

        public void Dispose() => timer.Dispose();

        private void Look()
        {
            double now = Resources.AnonymousMebibytes();
            Most = Math.Max(Most, now);
            MostSinceReset = Math.Max(MostSinceReset, now);
        }
    }
}
