using System.Text;

namespace Lethe.Ranks;

/// <summary>Text that rank 0 gives to all.</summary>
internal static class RankText
{
    /// <summary>Gives every rank rank 0's text.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="own">Read on rank 0 alone.</param>
    /// <returns>Rank 0's text.</returns>
    public static string Broadcast(RankGroup ranks, string own)
    {
        byte[] bytes = ranks.Leads ? Encoding.UTF8.GetBytes(own) : [];
        byte[] length = BitConverter.GetBytes(bytes.Length);
        ranks.Broadcast(length);
        if (!ranks.Leads)
            bytes = new byte[BitConverter.ToInt32(length)];
        ranks.Broadcast(bytes);
        return ranks.Leads ? own : Encoding.UTF8.GetString(bytes);
    }
}
