using Lethe.Runtime;

namespace Lethe.Ranks;

/// <summary>A rank of a training has ended or failed, so that none can go on.</summary>
/// <param name="message">Which, and what to do.</param>
internal sealed class RankGroupException(string message) : LetheException(message);
