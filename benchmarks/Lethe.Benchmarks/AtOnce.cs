namespace Lethe.Benchmarks;

/// <summary>Reports on the thread that makes the progress; <see cref="Progress{T}"/> would do so from another, later.</summary>
internal sealed class AtOnce<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
