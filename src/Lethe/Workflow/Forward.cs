namespace Lethe.Workflow;

/// <summary>Passes progress on at once, on the thread that reports it, so that its order is kept.</summary>
/// <typeparam name="T">What is reported.</typeparam>
/// <param name="report">Takes a report.</param>
internal sealed class Forward<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
