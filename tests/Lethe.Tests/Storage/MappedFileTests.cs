using System.Runtime.CompilerServices;
using Lethe.Storage;

namespace Lethe.Tests.Storage;

public sealed class MappedFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Slice_FileOfSeveralGibibytes_ReachesAllOfIt()
    {
        // Sparse: it takes no room on the disk.
        const long Length = (3L << 30) + 5;
        long[] places = [0, (1L << 30) - 2, (1L << 31) - 2, (3L << 30) + 1];
        using (var stream = new FileStream(folder["large"], FileMode.CreateNew))
        {
            stream.SetLength(Length);
            foreach (long place in places)
            {
                stream.Position = place;
                stream.Write([1, 2, 3, 4]);
            }
        }

        var file = MappedFile.Open(folder["large"]);
        Assert.Equal(Length, file.Length);
        foreach (long place in places)
            Assert.Equal([1, 2, 3, 4], file.Slice(place, 4).ToArray());
        Assert.Equal(1 << 30, file.Slice((1L << 30) + 7, 1 << 30).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Slice(Length - 3, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Slice(-1, 4));
    }

    [Fact]
    public void Slice_FileReplacedByRenaming_KeepsTheOldBytes()
    {
        File.WriteAllBytes(folder["file"], [1, 2, 3]);
        var file = MappedFile.Open(folder["file"]);
        AtomicFile.Write(folder["file"], stream => stream.Write([7, 8, 9]));
        Assert.Equal([1, 2, 3], file.Slice(0, 3).ToArray());
    }

    [Fact]
    public void Slice_SpanHeldAlone_StaysMapped()
    {
        File.WriteAllBytes(folder["file"], [1, 2, 3]);
        ReadOnlySpan<byte> held = Span();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal([2, 3], held.ToArray());

        [MethodImpl(MethodImplOptions.NoInlining)]
        ReadOnlySpan<byte> Span() => MappedFile.Open(folder["file"]).Slice(1, 2).Span;
    }

    [Fact]
    public void Open_TheSameFileAgain_MapsItOnce()
    {
        File.WriteAllBytes(folder["file"], [1, 2, 3]);
        MappedFile first = MappedFile.Open(folder["file"]);
        Assert.Same(first, MappedFile.Open(folder["file"]));
        AtomicFile.Write(folder["file"], stream => stream.Write([7, 8, 9]));
        Assert.Equal([7, 8, 9], MappedFile.Open(folder["file"]).Slice(0, 3).ToArray());
        Assert.Equal([1, 2, 3], first.Slice(0, 3).ToArray());
        File.AppendAllText(folder["file"], "0");
        Assert.Equal(4, MappedFile.Open(folder["file"]).Length);
    }
}
