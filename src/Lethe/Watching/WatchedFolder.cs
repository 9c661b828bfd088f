using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Watching;

/// <summary>
/// The runs below a folder, as they lie on disk. Names of runs are looked up among those that were found, so no name leads out of the
/// folder; links to other folders are not followed.
/// </summary>
internal sealed class WatchedFolder
{
    // How old what is shown may be, and how long a new run may take to be found.
    private static readonly TimeSpan fresh = TimeSpan.FromMilliseconds(700), known = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, WatchedRun> runs = new(StringComparer.Ordinal);
    private DateTimeOffset read, looked;

    /// <summary>Looks for runs below a folder.</summary>
    /// <param name="path">The folder, which may itself be a run.</param>
    /// <exception cref="RunException">There is no such folder.</exception>
    public WatchedFolder(string path)
    {
        if (!Directory.Exists(path))
            throw new RunException($"{path} is not a folder.{Suggestion.OfPath(path)} Give a run, or a folder with runs below it.");
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Whole(path)));
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>Whether the folder is itself a run.</summary>
    public bool IsRun => RunDirectory.HoldsRun(Path);

    /// <summary>The runs at this moment, in the order of their names.</summary>
    public IReadOnlyList<WatchedRun> Runs
    {
        get
        {
            lock (gate)
            {
                DateTimeOffset now = DateTimeOffset.UtcNow;
                if (now - read < fresh)
                    return [.. runs.Values];
                if (now - looked >= known)
                {
                    Look();
                    looked = now;
                }

                foreach ((string id, WatchedRun before) in runs.ToArray())
                    runs[id] = WatchedRun.Read(id, before.Path, before);
                read = DateTimeOffset.UtcNow;
                return [.. runs.Values];
            }
        }
    }

    /// <summary>The run of a name; null where there is none.</summary>
    public WatchedRun? Find(string id) => Runs.FirstOrDefault(run => run.Id == id);

    // An undo is shown with the run that it belongs to.
    private static string Whole(string path)
    {
        try
        {
            return RunDirectory.HoldsRun(path) && RunDirectory.Open(path).FindPretraining() is { } run ? run.Path : path;
        }
        catch (RunException)
        {
            return path; // what is amiss stands on its page
        }
    }

    private void Look()
    {
        Dictionary<string, string> ids = RunsBelow.Find(Path).ToDictionary(
            path => path == Path ? "." : System.IO.Path.GetRelativePath(Path, path).Replace('\\', '/'));
        foreach (string gone in runs.Keys.Except(ids.Keys).ToArray())
            runs.Remove(gone);
        foreach ((string id, string path) in ids)
            runs.TryAdd(id, new WatchedRun(id, path));
    }
}
