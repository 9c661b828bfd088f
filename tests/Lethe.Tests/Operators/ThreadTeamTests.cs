using Lethe.Operators;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

[Collection(typeof(TorchCollection))]
public unsafe class ThreadTeamTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void For_AnyThreads_DoesEachItemOnceWithMemoryOfItsOwn(int threads, bool onTorchs) => WithThreads(threads, () =>
    {
        const int Items = 500, Numbers = 1000;
        var done = new int[Items];
        int disturbed = 0;
        ThreadTeam.For(Items, Numbers, (item, scratch) =>
        {
            var own = new Span<float>(scratch, Numbers);
            own.Fill(item);
            Interlocked.Increment(ref done[item]);
            if (own.ContainsAnyExcept((float)item))
                Interlocked.Increment(ref disturbed);
        }, onTorchs);
        Assert.All(done, times => Assert.Equal(1, times));
        Assert.Equal(0, disturbed);
    });

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void For_ErrorInAnItem_StopsAndIsThrownHere(int threads, bool onTorchs) => WithThreads(threads, () =>
    {
        const int Items = 100_000;
        int done = 0;
        var error = Assert.Throws<ArithmeticException>(() => ThreadTeam.For(Items, 10, (item, _) =>
        {
            Interlocked.Increment(ref done);
            Fail(item);
        }, onTorchs));
        Assert.Contains(nameof(Fail), error.StackTrace, StringComparison.Ordinal);
        Assert.InRange(done, 1, Items - 1);
        done = 0;
        ThreadTeam.For(7, 10, (_, _) => Interlocked.Increment(ref done), onTorchs);
        Assert.Equal(7, done);
    });

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void For_MoreMemoryThanThereIs_ThrowsAndWorksAfterwards(int threads, bool onTorchs) => WithThreads(threads, () =>
    {
        Assert.Throws<OutOfMemoryException>(() => ThreadTeam.For(4, (nint)1 << 46, (_, _) => { }, onTorchs));
        ThreadTeam.For(4, 10, (_, scratch) => scratch[9] = 1, onTorchs);
    });

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void For_WithinItself_LeavesTheOuterMemoryAlone(int threads, bool onTorchs) => WithThreads(threads, () =>
    {
        const int Numbers = 1000;
        int inner = 0, disturbed = 0;
        ThreadTeam.For(20, Numbers, (item, scratch) =>
        {
            var own = new Span<float>(scratch, Numbers);
            own.Fill(item);
            ThreadTeam.For(3, 100 * Numbers, (_, more) =>
            {
                new Span<float>(more, 100 * Numbers).Fill(-1);
                Interlocked.Increment(ref inner);
            }, onTorchs);
            if (own.ContainsAnyExcept((float)item))
                Interlocked.Increment(ref disturbed);
        }, onTorchs);
        Assert.Equal(60, inner);
        Assert.Equal(0, disturbed);
    });

    [Fact]
    public void For_NoItems_DoesNothing() => ThreadTeam.For(0, 10, (_, _) => throw new InvalidOperationException());

    private static void Fail(int item) => throw new ArithmeticException($"item {item}");

    private static void WithThreads(int threads, Action test)
    {
        int before = get_num_threads();
        set_num_threads(threads);
        try
        {
            test();
        }
        finally
        {
            set_num_threads(before);
        }
    }
}
