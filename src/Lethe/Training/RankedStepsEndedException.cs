namespace Lethe.Training;

/// <summary>Rank 0 takes no more steps: how a follower leaves its loop.</summary>
internal sealed class RankedStepsEndedException : Exception;
