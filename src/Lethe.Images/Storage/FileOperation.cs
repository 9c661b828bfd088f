namespace Lethe.Storage;

/// <summary>
/// Names each operation on a kept file just before it is done. Nobody listens but tests, which let it fail as a full disk does, or end the
/// work there as a kill does.
/// </summary>
internal static class FileOperation
{
    private static readonly AsyncLocal<Action<string, string>?> listening = new();

    /// <summary>Tells of an operation.</summary>
    /// <param name="operation">open, write, sync, rename, sync folder, truncate, delete or make folder.</param>
    /// <param name="path">What it is done to.</param>
    public static void Before(string operation, string path) => listening.Value?.Invoke(operation, path);

    /// <summary>Listens to what this flow of work does, until disposed.</summary>
    /// <param name="listener">Told the operation and the path; what it throws takes the operation's place.</param>
    public static IDisposable Listen(Action<string, string> listener)
    {
        listening.Value = listener;
        return new Listening();
    }

    private sealed class Listening : IDisposable
    {
        public void Dispose() => listening.Value = null;
    }
}
