namespace Lethe.Workflow;

/// <summary>How far a piece of work has come.</summary>
/// <param name="Stage">What is being done, as <c>pre-training</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 where that is not known.</param>
/// <param name="Detail">Rate, loss, or where it stands; may be empty.</param>
/// <param name="Notice">A sentence that stays on the screen, such as a warning; null for none.</param>
public readonly record struct WorkflowProgress(string Stage, long Done, long Total, string Detail, string? Notice = null);
