using System.Collections;
using Lethe.Data;

namespace Lethe.Tests.Augmentation;

/// <summary>Images that count how often they are looked at, and can be told to be slow or to fail.</summary>
internal sealed class WatchedImages(int count) : IReadOnlyList<Image>
{
    private readonly Image image = Sample.Noise(16, 16, 3, 1);
    private int looks;

    public int Count => count;

    public int Looks => Volatile.Read(ref looks);

    public int? FailAt { get; set; }

    public TimeSpan Delay { get; set; }

    public Image this[int index]
    {
        get
        {
            Interlocked.Increment(ref looks);
            if (index == FailAt)
                throw new InvalidDataException($"image {index} is broken");
            if (Delay > TimeSpan.Zero)
                Thread.Sleep(Delay);
            return image;
        }
    }

    public IEnumerator<Image> GetEnumerator() => Enumerable.Repeat(image, count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
