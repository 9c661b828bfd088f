using System.Runtime.InteropServices;
using Lethe.Operators;
using Lethe.Runtime;

namespace Lethe.Tests.Operators;

[Collection(typeof(TorchCollection))]
public unsafe partial class BlockPoolTests
{
    private const int Large = 3_000_064; // a size that no other test asks for

    public BlockPoolTests()
    {
        // Tensors of other tests that were not disposed.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        BlockPool.Trim();
    }

    [Fact]
    public void Rent_AfterReturn_IsTheSameBlockForThatSizeAlone()
    {
        byte* first = (byte*)BlockPool.Rent(Large), second = (byte*)BlockPool.Rent(Large);
        Assert.True(Math.Abs(first - second) >= Large);
        Assert.Equal(0, (nint)first % 64);
        new Span<byte>(first, Large).Fill(1);
        new Span<byte>(second, Large).Fill(2);
        Assert.Equal(1, first[Large - 1]);
        BlockPool.Return(first);
        byte* other = (byte*)BlockPool.Rent(Large - 64), again = (byte*)BlockPool.Rent(Large);
        Assert.True(again == first);
        Assert.True(other != first);
        BlockPool.Return(other);
        BlockPool.Return(second);
        BlockPool.Return(again);
    }

    [Fact]
    public void Rent_EverNewSizes_DoesNotGrow()
    {
        const int Count = 64, Least = 16 << 20;
        for (int i = 0; i < Count; i++)
            BlockPool.Return(BlockPool.Rent((nuint)(Least + (i << 12))));

        // A gigabyte in all; what stays is the largest, which was in use at once, and 64 MiB.
        Assert.InRange(BlockPool.FreeBytes, (nuint)Least, (nuint)(Least + (Count << 12) + (64 << 20)));
    }

    [Fact]
    public void Return_TwiceOrForeign_IsRefusedAndChangesNothing()
    {
        byte* block = (byte*)BlockPool.Rent(Large);
        nuint before = BlockPool.FreeBytes;
        Assert.Throws<ArgumentException>(() => BlockPool.Return(block + 64));
        Assert.Throws<ArgumentException>(() => BlockPool.Return((void*)12345));
        Assert.Throws<ArgumentException>(() => BlockPool.Return(null));
        Assert.Equal(before, BlockPool.FreeBytes);
        BlockPool.Return(block);
        Assert.Throws<ArgumentException>(() => BlockPool.Return(block));
        Assert.Equal(before + Large, BlockPool.FreeBytes);
        byte* first = (byte*)BlockPool.Rent(Large), second = (byte*)BlockPool.Rent(Large);
        Assert.True(first != second);
        BlockPool.Return(first);
        BlockPool.Return(second);
    }

    [Fact]
    public void Tick_NothingUsedSinceTheLast_GivesAllBack()
    {
        void* held = BlockPool.Rent(Large);
        BlockPool.Return(BlockPool.Rent(Large));
        BlockPool.Tick();
        Assert.InRange(BlockPool.FreeBytes, (nuint)Large, nuint.MaxValue);
        BlockPool.Tick();
        Assert.Equal((nuint)0, BlockPool.FreeBytes);
        Assert.True(BlockPool.IsRented(held));
        BlockPool.Return(held);
        BlockPool.Trim();
    }

    [Fact]
    public void Tick_MuchWasInUseAndLittleIsSince_ForgetsTheRest()
    {
        const nuint Big = 600 << 20;
        BlockPool.Return(BlockPool.Rent(Big));
        BlockPool.Tick();
        BlockPool.Return(BlockPool.Rent(Large));
        Assert.InRange(BlockPool.FreeBytes, Big, nuint.MaxValue);
        BlockPool.Tick();
        Assert.InRange(BlockPool.FreeBytes, (nuint)Large, Big - 1);
    }

    [Fact]
    public void Trim_FreeBlocks_AreGivenBack()
    {
        BlockPool.Return(BlockPool.Rent(Large));
        Assert.NotEqual((nuint)0, BlockPool.FreeBytes);
        OperatorMemory.Trim();
        Assert.Equal((nuint)0, BlockPool.FreeBytes);
    }

    [Fact]
    public void Rent_MoreThanThereIs_ThrowsAndWorksAfterwards()
    {
        Assert.Throws<TrainingException>(() => BlockPool.Rent((nuint)1 << 48));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockPool.Rent(0));
        BlockPool.Return(BlockPool.Rent(Large));
    }

    [Fact]
    public void Rent_SystemHasNoMore_TakesTheFreeBlocksFirst()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is Linux'.");
        const nuint Big = 700 << 20;
        const int AddressSpace = 9;
        BlockPool.Return(BlockPool.Rent(Big)); // addresses alone: it is not written to
        long pages = long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0]);
        Assert.Equal(0, GetLimit(AddressSpace, out Limit before));
        Limit tight = before with { Soft = (ulong)(pages * Environment.SystemPageSize) + (100 << 20) };
        Assert.Equal(0, SetLimit(AddressSpace, tight));
        try
        {
            void* block = BlockPool.Rent(Big - 4096);
            Assert.Throws<TrainingException>(() => BlockPool.Rent(Big));
            BlockPool.Return(block);
            BlockPool.Return(BlockPool.Rent(Big));
        }
        finally
        {
            Assert.Equal(0, SetLimit(AddressSpace, before));
            BlockPool.Trim();
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(ulong Soft, ulong Hard);
}
