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
    public void For_AnyThreads_DoesEachItemOnceWithMemoryOfItsOwn(int threads, bool onTorchs)
    {
        int before = get_num_threads();
        set_num_threads(threads);
        try
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
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void For_NoItems_DoesNothing() => ThreadTeam.For(0, 10, (_, _) => throw new InvalidOperationException());
}
