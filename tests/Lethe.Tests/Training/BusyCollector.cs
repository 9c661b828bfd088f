namespace Lethe.Tests.Training;

/// <summary>Collects garbage without a pause, on a thread of its own, and runs all finalizers.</summary>
internal sealed class BusyCollector : IDisposable
{
    private readonly Thread thread;
    private volatile bool stopped;

    public BusyCollector()
    {
        thread = new Thread(Collect) { IsBackground = true };
        thread.Start();
    }

    /// <summary>How often it did.</summary>
    public int Collections { get; private set; }

    public void Dispose()
    {
        stopped = true;
        thread.Join();
    }

    private void Collect()
    {
        while (!stopped)
        {
            // Numbers die young; older objects are looked at now and then.
            GC.Collect(Collections % 16 == 0 ? 2 : 0);
            GC.WaitForPendingFinalizers();
            Collections++;
        }
    }
}
