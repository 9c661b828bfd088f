namespace Lethe.Workflow;

/// <summary>How far a piece of work has come.</summary>
/// <param name="Stage">What is being done, as <c>pre-training</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 where that is not known.</param>
/// <param name="Detail">Rate, where it stands, loss: the most important first, two blanks between; may be empty.</param>
/// <param name="Notice">A sentence that stays on the screen, such as a warning; null for none.</param>
public readonly record struct WorkflowProgress(string Stage, long Done, long Total, string Detail, string? Notice = null)
{
    /// <summary>
    /// Time that the stage will take from here, with the evaluations and checkpoints that are still to come; null where it is not known, or
    /// where all units take as long.
    /// </summary>
    public TimeSpan? Left { get; init; }

    /// <summary>The numbers of a step of training; null of other work.</summary>
    internal StepReading? Step { get; init; }
}
