using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary><c>lethe data</c>: what sources there are; <c>describe</c> looks into one.</summary>
internal static class DataCommand
{
    public static Command Create(Terminal terminal)
    {
        var describe = new Command("describe", "Show what a source holds: parts, classes, sizes, fingerprint, unreadable files.");
        var table = new OptionTable(describe, new DataOptions(), new SeedOption());
        describe.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = table.Read(parsed);
            var progress = new DataReading(terminal);
            return Describe(
                DataSources.Describe(values.Apply(new DataOptions()), values.Apply(new SeedOption()).Seed, progress, cancellation),
                terminal);
        });
        return new Command("data", "List the sources of images that --data takes; 'describe' and 'check' look into one.")
        {
            describe, DataCheckCommand.Create(terminal),
        }.Does(
            terminal, (_, _) => List(terminal));
    }

    private static JsonArray List(Terminal terminal)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("name", "what", "expects", "from");
        foreach (KnownSource source in DataSources.Known)
        {
            table.AddRow(
                Markup.Escape(source.Name), Markup.Escape(source.Description), Markup.Escape(source.Layout),
                Markup.Escape(source.HowToGet));
        }

        terminal.Show(table);
        foreach ((string example, string description) in DataSources.Prefixed)
        {
            terminal.Say($"{example}: {description}.");
        }

        terminal.Say("A path works as well: class folders (with train/ and test/ above them or not), a flat folder of unlabelled images, "
            + "CIFAR binary files, IDX files (.gz too). 'lethe data check --data PATH' looks for copies, rare classes and files that "
            + "cannot be read.");
        return [.. DataSources.Known.Select(source => (JsonNode)new JsonObject
        {
            ["name"] = source.Name, ["description"] = source.Description, ["layout"] = source.Layout, ["classes"] = source.Classes,
            ["howToGet"] = source.HowToGet,
        })];
    }

    private static JsonObject Describe(DataDescription found, Terminal terminal)
    {
        terminal.Say(
            $"{found.Source}: {found.Kind}, {KindOf(found)}, {found.Sizes.MinHeight}×{found.Sizes.MinWidth} "
            + $"to {found.Sizes.MaxHeight}×{found.Sizes.MaxWidth} pixels; views of {found.ImageSize} pixels");
        terminal.Say($"train {found.Train}, probe {found.Probe}, test {found.Test}; fingerprint {found.Fingerprint}");
        if (found.Classes.Count > 0)
        {
            Table table = new Table().Border(TableBorder.Simple).AddColumns("class", "train", "probe", "test");
            foreach (ClassCount count in found.Classes)
            {
                table.AddRow(Markup.Escape(count.Name), $"{count.Train}", $"{count.Probe}", $"{count.Test}");
            }

            terminal.Show(table);
        }

        foreach (string notice in found.Notices)
        {
            terminal.Say(notice);
        }

        foreach (string file in found.SkippedFiles)
        {
            terminal.Say($"skipped {file}");
        }

        return new JsonObject
        {
            ["source"] = found.Source,
            ["kind"] = found.Kind,
            ["train"] = found.Train,
            ["probe"] = found.Probe,
            ["test"] = found.Test,
            ["classes"] = new JsonArray([.. found.Classes.Select(count => (JsonNode)new JsonObject
            {
                ["name"] = count.Name, ["train"] = count.Train, ["probe"] = count.Probe, ["test"] = count.Test,
            })]),
            ["channels"] = found.Channels,
            ["samples"] = found.Samples.Name(),
            ["range"] = new JsonArray(found.Range.Low, found.Range.High),
            ["imageSize"] = found.ImageSize,
            ["fingerprint"] = found.Fingerprint,
            ["notices"] = new JsonArray([.. found.Notices.Select(notice => (JsonNode)notice)]),
            ["skippedFiles"] = new JsonArray([.. found.SkippedFiles.Select(file => (JsonNode)file)]),
        };
    }

    /// <summary>Which images are drawn.</summary>
    private sealed record SeedOption
    {
        /// <summary>Decides which images --limit leaves.</summary>
        public ulong Seed { get; init; }
    }

    private static string KindOf(DataDescription found)
    {
        string colours = found.Channels switch { 1 => "grey", 3 => "colour", var bands => $"{bands} bands" };
        return found.Range.IsOfBytes ? colours : $"{colours}, {found.Samples.Name()} from {found.Range}";
    }
}
