using Lethe.Runs;

namespace Lethe.Workflow;

/// <summary>Writes into <c>run.json</c> that images are measured which nothing may be chosen by, before their numbers are known.</summary>
/// <param name="run">The pre-training that the images are of.</param>
/// <param name="part">Which images, as <see cref="Look"/> names them.</param>
/// <param name="command">What was called.</param>
/// <param name="progress">Told where sealed images were measured before.</param>
internal sealed class LookBook(RunDirectory run, string part, string command, IProgress<WorkflowProgress>? progress)
{
    /// <summary>What is written of an evaluation that a program began through the library.</summary>
    public const string Program = "a program";

    private readonly DateTimeOffset began = DateTimeOffset.UtcNow;
    private readonly List<string> weights = [];

    /// <summary>Writes down that these weights are measured.</summary>
    public void Note(string checksum)
    {
        if (weights.Contains(checksum))
            return;
        weights.Add(checksum);
        RunManifest manifest = run.LoadManifest();
        Look[] others = [.. manifest.Looks.Where(look => (look.Part, look.Utc) != (part, began))];
        if (part == Look.Sealed)
            Warn([.. others.Where(look => look.Part == Look.Sealed && look.Weights.Contains(checksum))]);
        run.SaveManifest(manifest with { Looks = [.. others, new Look(part, began, command) { Weights = [.. weights] }] });
    }

    private void Warn(Look[] earlier)
    {
        if (earlier.Length == 0)
            return;
        string since = earlier.Length switch
        {
            1 => "",
            2 => ", and once more since",
            _ => $", and {earlier.Length - 1} times since",
        };
        string when = Invariant($"on {earlier[0].Utc:yyyy-MM-dd HH:mm} UTC ({earlier[0].Command})");
        progress?.Report(new WorkflowProgress(
            "", 0, 0, "",
            $"These weights were measured on the sealed images before: {when}{since}. The number is as good as the first only where "
            + "nothing was chosen by it in between."));
    }
}
