using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe doctor</c>: what this machine is, what was loaded on it, how fast it is, and what is amiss.</summary>
internal static class DoctorCommand
{
    // Together with the steps before measuring less than a minute on two cores.
    private static readonly TimeSpan training = TimeSpan.FromSeconds(10), decoding = TimeSpan.FromSeconds(3);

    private static readonly JsonSerializerOptions camelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static Command Create(Terminal terminal)
    {
        var speed = new Option<bool>("--speed")
        {
            Description = "Measure training and decoding speed, in less than a minute. [true]", HelpName = "true|false",
            DefaultValueFactory = _ => true, Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command(
            "doctor",
            "Describe this machine and the libraries loaded, test its convolutions, measure its speed, and name known problems with "
                + "remedies. Writes nothing. Exits with code 1 if something serious is wrong.") { speed };
        return command.Does(terminal, (parsed, cancellation) =>
        {
            MachineFacts facts = Examine(parsed.GetValue(speed), terminal, cancellation);
            IReadOnlyList<KnownProblem> problems = KnownProblem.Of(facts);
            foreach (string line in Lines(facts, problems))
                terminal.Say(line);
            return Describe(facts, problems);
        }, needsTorch: false, exitCode: result => (bool)result["healthy"]! ? Verb.Done : Verb.Failed);
    }

    /// <summary>What is said to people.</summary>
    internal static IEnumerable<string> Lines(MachineFacts facts, IReadOnlyList<KnownProblem> problems)
    {
        string Row(string name, string text) => $"{name,-13} {text}";
        yield return Row("Versions", string.Join(", ", facts.Versions.Select(pair => $"{pair.Key} {pair.Value}")));
        yield return Row(
            "System", facts.System + (facts.Glibc is null ? "" : $", glibc {facts.Glibc}")
            + (facts.Locale.Length > 0 ? $", {facts.Locale}" : ""));
        yield return Row("Processor", $"{facts.Processor}; {string.Join(", ", facts.Instructions)}");
        yield return Row("Threads", $"{facts.Threads} of {facts.Processors} processors"
            + (facts.Quota is { } quota ? Invariant($", of which a container may use {quota:0.##}") : "")
            + (facts.Load is { } load ? Invariant($"; load {load:0.##}") : ""));
        yield return Row(
            "Kernels", facts.Kernels + (facts.Kernels.Length > 0 && facts.Notices.Count == 0 ? "; convolutions tested and right" : ""));
        bool idle = facts.GpuDriver || facts.CudaBuild;
        yield return Row("GPU", facts.Gpus > 0 ? $"{facts.Gpus} found: --device cuda" : idle ? "not used, see below" : "none");
        yield return Row("Memory", $"{KnownProblem.Size(facts.Memory)}"
            + (facts.MemoryAvailable > 0 ? $", {KnownProblem.Size(facts.MemoryAvailable)} available" : "")
            + (facts.MemoryLimit is { } limit ? $"; a container may use {KnownProblem.Size(limit)}" : ""));
        foreach (PlaceFacts place in facts.Places)
            yield return Row("Disk", $"{place.Path} ({place.Use}): {(place.Free is { } free ? KnownProblem.Size(free) : "unknown")} free");
        foreach (string library in facts.Libraries)
            yield return Row("Loaded", library);
        if (facts.TrainingSpeed.Count > 0)
        {
            IEnumerable<string> speeds = facts.TrainingSpeed.Select(pair => $"{Pace.Words(pair.Value)} with kernels '{pair.Key}'");
            yield return Row("Training", $"{string.Join(", ", speeds)} ({SpeedTrial.Network})");
        }

        if (facts.DecodingSpeed is { } decoded)
            yield return Row("Decoding", $"{Pace.Words(decoded)} (JPEG of 2 megapixels to 224 pixels)");
        yield return "";
        yield return problems.Count == 0
            ? "Nothing is amiss that is known."
            : $"{problems.Count} known problem{(problems.Count == 1 ? "" : "s")}:";
        foreach (KnownProblem problem in problems)
        {
            yield return $"{(problem.Serious ? "! " : "- ")}{problem.What}";
            yield return $"  {problem.Advice}";
        }
    }

    private static MachineFacts Examine(bool measures, Terminal terminal, CancellationToken cancellation)
    {
        string? failure = null;
        try
        {
            Verb.PrepareTorch(terminal);
            SpeedTrial.TestConvolutions();
        }
        catch (LetheException error)
        {
            failure = error.Message;
        }

        // The load is read before this program makes its own.
        MachineFacts facts = MachineFinder.Find(failure);
        if (measures && failure is null)
        {
            var speeds = new Dictionary<string, double>();
            foreach ((int i, string kernels) in OperatorSwitch.Names.Index())
            {
                terminal.Progress.Report(new WorkflowProgress("measuring", i, 3, $"training, kernels {kernels}"));
                speeds[kernels] = SpeedTrial.Train(kernels, training, cancellation);
            }

            terminal.Progress.Report(new WorkflowProgress("measuring", 2, 3, "decoding"));
            facts = facts with
            {
                TrainingSpeed = speeds,
                DecodingSpeed = facts.DecoderFailure is null ? SpeedTrial.Decode(facts.Threads, decoding) : null,
            };
        }

        if (failure is null)
            OperatorSwitch.Choose(OperatorSwitch.Ours);
        return facts with { Kernels = failure is null ? OperatorSwitch.Description : "", Notices = OperatorNotices.All };
    }

    private static JsonObject Describe(MachineFacts facts, IReadOnlyList<KnownProblem> problems)
    {
        JsonObject document = JsonSerializer.SerializeToNode(facts with { Glibc = null }, camelCase)!.AsObject();
        document["glibc"] = facts.Glibc?.ToString();
        document["problems"] = JsonSerializer.SerializeToNode(problems, camelCase);
        document["healthy"] = !problems.Any(problem => problem.Serious);
        return document;
    }
}
