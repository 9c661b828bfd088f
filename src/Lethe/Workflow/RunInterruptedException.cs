using Lethe.Runs;

namespace Lethe.Workflow;

/// <summary>A training was cancelled, and its state has been saved.</summary>
/// <param name="run">Its directory.</param>
/// <param name="error">The cancellation.</param>
internal sealed class RunInterruptedException(RunDirectory run, OperationCanceledException error)
    : OperationCanceledException(error.Message, error, error.CancellationToken)
{
    /// <summary>The directory of the training.</summary>
    public RunDirectory Run => run;
}
