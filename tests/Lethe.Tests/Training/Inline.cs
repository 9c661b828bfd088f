namespace Lethe.Tests.Training;

/// <summary>Takes reports at once, on the thread that makes them; what it throws ends the work there.</summary>
internal sealed class Inline<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
