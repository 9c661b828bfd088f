using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;

namespace Lethe.Cli;

/// <summary><c>lethe data check</c>: whether a source is fit to train on and to measure with.</summary>
internal static class DataCheckCommand
{
    private const int ShownGroups = 20;
    private const int ShownMembers = 4;

    public static Command Create(Terminal terminal)
    {
        var check = new Command(
            "check", "Check every image of a source: equal and nearly equal ones, within parts and across, unreadable files, files "
                + "left out, rare classes.");
        var table = new OptionTable(check, new DataOptions());
        var groups = new Option<string?>("--out")
        {
            Description = "A CSV file for all groups of equal and nearly equal images.", HelpName = "FILE",
        };
        var force = new Option<bool>("--force") { Description = "Replace an existing CSV file." };
        var strict = new Option<bool>("--strict") { Description = "End with an error if there is any warning." };
        check.Options.Add(groups);
        check.Options.Add(force);
        check.Options.Add(strict);
        return check.Does(terminal, (parsed, cancellation) =>
        {
            string? file = parsed.GetValue(groups);
            if (file is not null)
                OutputFile.Require(file, parsed.GetValue(force), ".csv");
            DataCheckResult found = DataCheck.Run(table.Read(parsed).Apply(new DataOptions()), new DataReading(terminal), cancellation);
            if (file is not null)
                DuplicateFile.Write(file, found.Groups);
            Say(found, file, terminal);
            JsonObject document = ToJson(found);
            if (parsed.GetValue(strict) && found.Warnings.Count > 0)
            {
                string error = $"--strict: {found.Warnings.Count} warnings, the first of which is: {found.Warnings[0]}";
                document["error"] = error;
                terminal.Say($"lethe: {error}");
            }

            return document;
        }, exitCode: document => document["error"] is null ? Verb.Done : Verb.Failed);
    }

    private static void Say(DataCheckResult found, string? file, Terminal terminal)
    {
        IReadOnlyList<ImageFacts> images = found.Images;
        terminal.Say($"{found.Source}: {found.Kind}");
        terminal.Say($"  images      {images.Count}: {string.Join(", ", found.Parts.Select(part => $"{part.Part} {part.Count}"))}");
        if (images.Count > 0)
        {
            terminal.Say($"  formats     {Counted(images.Select(image => image.Format))}");
            terminal.Say($"  channels    {Counted(images.Select(Channels))}");
            int[] sides = [.. images.Select(image => Math.Min(image.Height, image.Width)).Order()];
            terminal.Say($"  short side  {sides[0]} to {sides[^1]} pixels, median {At(sides, 0.5)}, nine of ten from {At(sides, 0.05)} to "
                + $"{At(sides, 0.95)}");
            terminal.Say($"  values      {string.Join("; ", images.GroupBy(image => image.Samples).Select(Values))}");
        }

        if (found.Classes.Count > 0)
        {
            int[] sizes = [.. found.Classes.Select(one => one.Train + one.Probe + one.Test).Order()];
            terminal.Say($"  classes     {found.Classes.Count}, of {sizes[0]} to {sizes[^1]} images");
        }

        DuplicateGroup[] equal = [.. found.Groups.Where(group => group.AreEqual)], near = [.. found.Groups.Where(group => !group.AreEqual)];
        terminal.Say($"  equal       {Groups(equal)}");
        terminal.Say($"  near-equal  {Groups(near)}");
        foreach ((string what, int count, string example) in found.Peculiar)
            terminal.Say($"  peculiar    {count} {what}, as {example}");
        foreach (IgnoredFiles kind in found.Unreadable)
            terminal.Say($"  unreadable  {kind.Count}, as {kind.Example}: {kind.Reason}");
        foreach (string notice in found.Notices)
            terminal.Say($"  note        {notice}");
        foreach (DuplicateGroup group in found.Groups.Take(ShownGroups))
        {
            string more = group.Members.Count > ShownMembers ? $" and {group.Members.Count - ShownMembers} more" : "";
            string kind = group.AreEqual ? "equal: " : "near:  ";
            terminal.Say($"  {kind} {string.Join(", ", group.Members.Take(ShownMembers).Select(Name))}{more}");
        }

        if (found.Groups.Count > ShownGroups)
        {
            terminal.Say(file is null
                ? $"  and {found.Groups.Count - ShownGroups} more groups; --out FILE.csv has all."
                : $"  and {found.Groups.Count - ShownGroups} more groups, all in {file}.");
        }

        foreach (string warning in found.Warnings)
            terminal.Say($"Warning: {warning}");
        if (found.Warnings.Count == 0)
            terminal.Say("Nothing to warn of.");
    }

    private static string Values(IGrouping<SampleType, ImageFacts> images) => Invariant(
        $"{images.Key.Name()} {images.Min(image => image.Low):0.####} to {images.Max(image => image.High):0.####}");

    private static string Channels(ImageFacts image) =>
        image.Channels switch { 1 => "grey", 3 => "colour", int bands => $"{bands} bands" };

    private static string Name(DuplicateGroup.Member member) => $"{member.Name} ({member.Part})";

    private static string Groups(DuplicateGroup[] groups)
    {
        int across = groups.Count(group => group.Members.Select(member => member.Part).Distinct().Skip(1).Any());
        return groups.Length == 0
            ? "none"
            : $"{groups.Sum(group => group.Members.Count)} images in {groups.Length} group{(groups.Length == 1 ? "" : "s")}, "
                + $"{across} of them in several parts";
    }

    private static string Counted(IEnumerable<string> names) => string.Join(
        ", ", names.CountBy(name => name).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => $"{count.Key} {count.Value}"));

    private static int At(int[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

    private static JsonObject ToJson(DataCheckResult found)
    {
        IReadOnlyList<ImageFacts> images = found.Images;
        return new JsonObject
        {
            ["source"] = found.Source,
            ["kind"] = found.Kind,
            ["images"] = images.Count,
            ["parts"] = new JsonObject(found.Parts.Select(part => KeyValuePair.Create(part.Part, (JsonNode?)part.Count))),
            ["formats"] = Counts(images.Select(image => image.Format)),
            ["channels"] = Counts(images.Select(image => $"{image.Channels}")),
            ["shortSide"] = images.Count == 0 ? null : new JsonObject
            {
                ["least"] = images.Min(image => Math.Min(image.Height, image.Width)),
                ["median"] = At([.. images.Select(image => Math.Min(image.Height, image.Width)).Order()], 0.5),
                ["most"] = images.Max(image => Math.Min(image.Height, image.Width)),
            },
            ["classes"] = Array(found.Classes.Select(one => new JsonObject
            {
                ["name"] = one.Name, ["train"] = one.Train, ["probe"] = one.Probe, ["test"] = one.Test,
            })),
            ["peculiar"] = Array(found.Peculiar.Select(one => new JsonObject
            {
                ["what"] = one.What, ["count"] = one.Count, ["example"] = one.Example,
            })),
            ["unreadable"] = Array(found.Unreadable.Select(kind => new JsonObject
            {
                ["reason"] = kind.Reason, ["count"] = kind.Count, ["example"] = kind.Example,
            })),
            ["groups"] = Array(found.Groups.Select(group => new JsonObject
            {
                ["kind"] = group.AreEqual ? "equal" : "near",
                ["members"] = Array(group.Members.Select(member => new JsonObject
                {
                    ["path"] = member.Name, ["part"] = member.Part, ["label"] = member.Label,
                })),
            })),
            ["notices"] = new JsonArray([.. found.Notices.Select(notice => (JsonNode)notice)]),
            ["warnings"] = new JsonArray([.. found.Warnings.Select(warning => (JsonNode)warning)]),
        };
    }

    private static JsonArray Array(IEnumerable<JsonObject> items) => [.. items];

    private static JsonObject Counts(IEnumerable<string> names) =>
        new(names.CountBy(name => name).Select(count => KeyValuePair.Create(count.Key, (JsonNode?)count.Value)));
}
