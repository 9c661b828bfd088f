using Lethe.Operators;

namespace Lethe.Tests.Operators;

[Collection(typeof(TorchCollection))]
public unsafe class BlockPoolTests
{
    private const int Large = 3_000_064; // a size that no other test asks for

    [Fact]
    public void Take_AfterGive_IsTheSameBlockForThatSizeAlone()
    {
        byte* first = (byte*)BlockPool.Take(Large), second = (byte*)BlockPool.Take(Large);
        Assert.True(Math.Abs(first - second) >= Large);
        Assert.Equal(0, (nint)first % 64);
        new Span<byte>(first, Large).Fill(1);
        new Span<byte>(second, Large).Fill(2);
        Assert.Equal(1, first[Large - 1]);
        BlockPool.Give(first);
        byte* other = (byte*)BlockPool.Take(Large - 64), again = (byte*)BlockPool.Take(Large);
        Assert.True(again == first);
        Assert.True(other != first);
        BlockPool.Give(other);
        BlockPool.Give(second);
        BlockPool.Give(again);
    }

    [Fact]
    public void Take_EverNewSizes_DoesNotGrow()
    {
        static long Resident() => long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Where(char.IsDigit).ToArray());
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Resident memory is read from /proc.");
        const int Count = 64, Least = 16 << 20;
        long before = Resident();
        for (int i = 0; i < Count; i++)
        {
            nuint bytes = (nuint)(Least + (i << 12));
            byte* block = (byte*)BlockPool.Take(bytes);
            new Span<byte>(block, (int)bytes).Fill(1);
            BlockPool.Give(block);
        }

        // A gigabyte in all; what stays is what other tests had in use at once, and the 64 MiB.
        Assert.InRange(Resident() - before, long.MinValue, 400 << 10);
    }
}
