using System.Globalization;
using Lethe.Methods;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Training;

namespace Lethe.Runs;

/// <summary>
/// The checkpoints of a run, by name: <c>last</c>, from which it goes on; <c>best</c>, what a rule chose as training went or the best epoch
/// before it stopped at memorisation; <c>epoch-00010</c>, the weights at an evaluation, where those are kept; and, until a run is done,
/// <c>previous</c>, what was last before: from it a run goes on whose last one is damaged.
/// </summary>
/// <param name="run">The run's directory, as messages name it.</param>
/// <param name="folder">Where its checkpoints lie; made with the first.</param>
internal sealed class CheckpointStore(string run, string folder)
{
    public const string Last = "last";
    public const string Best = "best";
    public const string Previous = "previous";

    private const string EpochPrefix = "epoch-";
    private const string Extension = ".safetensors";

    /// <summary>The file of the last checkpoint, whether it is there or not.</summary>
    public string LastPath => PathOf(Last);

    /// <summary>Whether there is a last checkpoint.</summary>
    public bool HasLast => File.Exists(LastPath);

    /// <summary>The checksum that the last checkpoint was written with; null where there is none.</summary>
    public string? LastChecksum => HasLast ? Safetensors.ReadChecksum(LastPath) : null;

    /// <summary>Epochs whose weights were kept, in ascending order. What else lies there was not put there by a run.</summary>
    public IReadOnlyList<int> Epochs => [.. Names().Select(EpochOf).OfType<int>().Order()];

    /// <summary>The name of the weights at an evaluation.</summary>
    public static string OfEpoch(int epoch) => $"{EpochPrefix}{epoch:D5}";

    /// <summary>The file of a checkpoint, whether it is there or not.</summary>
    public string PathOf(string name) => Path.Combine(folder, name + Extension);

    /// <summary>Writes the last checkpoint, and the weights of an epoch under their own name where they are to be kept.</summary>
    /// <exception cref="RunException">A file cannot be written.</exception>
    /// <param name="method">The method.</param>
    /// <param name="optimiser">Its optimiser.</param>
    /// <param name="state">Where training stands.</param>
    /// <param name="keptEpoch">The epoch; null where its weights are not to be kept.</param>
    /// <param name="inner">A second optimiser; null for none.</param>
    /// <param name="best">Whether these weights are the best so far.</param>
    public void Save(
        SslMethod method, Optimiser? optimiser, TrainingState state, int? keptEpoch = null, Optimiser? inner = null, bool best = false)
    {
        Disk.MakeFolder(folder);

        // Before the last, from which a run that ends in between comes here again.
        if (best)
            Checkpoint.Save(PathOf(Best), method, null, state);
        if (keptEpoch is { } epoch)
            Checkpoint.Save(PathOf(OfEpoch(epoch)), method, null, state);
        Checkpoint.Save(LastPath, method, optimiser, state, inner, PathOf(Previous));
    }

    /// <summary>
    /// Goes back to the last checkpoint; where it is missing or damaged to the one before; to the start where there is none.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="optimiser">Its optimiser.</param>
    /// <param name="inner">A second optimiser; null for none.</param>
    /// <param name="notice">Told where it is not the last one that is gone back to.</param>
    /// <exception cref="RunException">None can be used.</exception>
    public TrainingState Resume(SslMethod method, Optimiser optimiser, Optimiser? inner = null, Action<string>? notice = null)
    {
        string previous = PathOf(Previous);
        if (!File.Exists(previous))
            return HasLast ? Checkpoint.Load(LastPath, method, optimiser, inner) : new TrainingState();
        try
        {
            return Checkpoint.Load(LastPath, method, optimiser, inner);
        }
        catch (RunException error)
        {
            TrainingState state;
            try
            {
                state = Checkpoint.Load(previous, method, optimiser, inner);
            }
            catch (RunException)
            {
                throw error;
            }

            notice?.Invoke(Invariant($"{error.Message} Going on from the checkpoint before it, of epoch {state.Epoch:0.##}."));
            return state;
        }
    }

    /// <summary>Deletes the checkpoint before the last, which a training that is done has no use for.</summary>
    public void DeletePrevious() => Disk.Delete(PathOf(Previous));

    /// <summary>Loads the weights of a checkpoint.</summary>
    /// <exception cref="RunException">There is none of that name, or it cannot be used.</exception>
    public TrainingState Load(SslMethod method, string name = Last)
    {
        string path = PathOf(name);
        if (name == Last && !HasLast)
        {
            throw new RunException(
                $"{run} has no checkpoint yet: expected {path}. Let the run reach its first evaluation: "
                + $"'lethe pretrain --resume --out {run}'.");
        }

        string[] there = Names();
        if (!there.Contains(name))
        {
            throw new RunException(
                $"{run} has no checkpoint '{name}'. There are: {string.Join(", ", there)}. A run has '{Best}' with --keep and a rule, or "
                + "where --stop-on-memorisation saw a turn, and those of all evaluations with --keep-checkpoints.");
        }

        return Checkpoint.Load(path, method);
    }

    /// <summary>Where training stands in a checkpoint; null where there is none or it does not say.</summary>
    public TrainingState? Peek(string name = Last) => File.Exists(PathOf(name)) ? Checkpoint.Peek(PathOf(name)) : null;

    /// <summary>Makes the weights of an epoch the best; they stay where they were.</summary>
    /// <exception cref="RunException">The file cannot be written, or the weights are gone and are not the best already.</exception>
    public void Promote(int epoch)
    {
        string kept = PathOf(OfEpoch(epoch));
        if (!File.Exists(kept))
        {
            // An earlier attempt made them the best and deleted them, but ended before it could say so.
            if (Peek(Best)?.EvaluatedAt == epoch)
                return;
            throw new RunException(
                $"The weights of epoch {epoch}, which are the best, are gone: expected {kept}. Restore the file and go on with --resume, "
                + "or start a new run.");
        }

        AtomicFile.Write(PathOf(Best), stream =>
        {
            using FileStream file = File.OpenRead(kept);
            file.CopyTo(stream);
        });
    }

    /// <summary>Deletes the weights of all epochs.</summary>
    public void DeleteEpochs()
    {
        foreach (int epoch in Epochs)
            Disk.Delete(PathOf(OfEpoch(epoch)));
    }

    private static int? EpochOf(string name) =>
        name.StartsWith(EpochPrefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(EpochPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int epoch)
        && name == OfEpoch(epoch) ? epoch : null;

    private string[] Names() => !Directory.Exists(folder) ? [] :
    [
        .. Directory.GetFiles(folder, "*" + Extension)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
    ];
}
