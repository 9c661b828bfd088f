namespace Lethe.Operators;

/// <summary>
/// What people should know of the operations that networks run on here, such as a fault of this machine that was worked around. Each is
/// said once.
/// </summary>
internal static class OperatorNotices
{
    private static readonly Lock Gate = new();
    private static readonly List<string> Given = [];

    /// <summary>Raised with each new notice, on the thread that found it.</summary>
    public static event Action<string>? Added;

    /// <summary>All notices so far, in order.</summary>
    public static IReadOnlyList<string> All
    {
        get
        {
            lock (Gate)
                return [.. Given];
        }
    }

    /// <summary>Gives a notice, unless it was given before.</summary>
    /// <param name="text">One or two sentences.</param>
    internal static void Give(string text)
    {
        lock (Gate)
        {
            if (Given.Contains(text))
                return;
            Given.Add(text);
        }

        Added?.Invoke(text);
    }
}
