using Lethe.Data;

namespace Lethe.Tests.Data;

public sealed class GroupMembersTests
{
    [Fact]
    public void Groups_InAnOrder_HoldTheirItemsInThatOrder()
    {
        var random = new Random(3);
        int[] groups = [.. Enumerable.Range(0, 500).Select(_ => random.Next(90))], order = [.. Enumerable.Range(0, 500).Where(i => i % 7 != 0)];
        random.Shuffle(order);
        ILookup<int, int> expected = order.ToLookup(item => groups[item]);
        var found = new GroupMembers(order, groups);
        Assert.Equal(expected.Select(group => group.Key).Order(), found.Groups);
        Assert.All(found.Groups, group => Assert.Equal(expected[group], found[group]));
        Assert.Empty(new GroupMembers([], []).Groups);
    }

    [Fact]
    public void Join_EqualNumbers_IsWhatJoiningByKeysIs()
    {
        var random = new Random(4);
        UInt128[] keys = [.. Enumerable.Range(0, 300).Select(_ => new UInt128((ulong)random.Next(9), (ulong)random.Next(20)))];
        DisjointSets one = new(keys.Length), other = new(keys.Length);
        one.Join(keys);
        other.Join<UInt128>(keys);
        Assert.Equal(Enumerable.Range(0, keys.Length).Select(other.Find), Enumerable.Range(0, keys.Length).Select(one.Find));
    }
}
