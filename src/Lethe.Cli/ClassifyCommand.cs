using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Models;
using Lethe.Recognition;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary><c>lethe classify</c>: a classifier from few labelled images, how good it is, and what it says of others.</summary>
internal static class ClassifyCommand
{
    private const int Shown = 12;

    public static Command Create(Terminal terminal)
    {
        var labelled = new Option<string?>("--labelled")
        {
            Description = "A folder with one folder of images per class. Ten or more per class give a useful estimate of accuracy.",
            HelpName = "FOLDER",
        };
        var earlier = new Option<string?>("--classifier")
        {
            Description = "A classifier made earlier, in place of --labelled.", HelpName = "FILE",
        };
        Option<string> images = EmbedCommand.Images("Images to classify: a folder, or one image.", required: false);
        var output = new Option<string?>("--out")
        {
            Description = "The classifier to write. [classifier.json in the run]", HelpName = "FILE",
        };
        var predictions = new Option<string?>("--predictions")
        {
            Description = "With --images: a CSV file to write, one line per image with label, confidence, novelty, and whether it was "
                + "rejected.",
            HelpName = "FILE",
        };
        Option<bool> force = OutputFile.Force();
        Option<int> bad = EmbedCommand.MaxBadFiles();
        var command = new Command(
            "classify",
            "Make a classifier from a few labelled images and an encoder's embeddings, with cross-validated accuracy, calibrated "
                + "confidences, and rejection of unknown images.") { labelled, earlier, images, output, predictions, force, bad };
        var flags = new EncoderFlags(command);
        var table = new OptionTable(command, [new ClassifierOptions(), .. EncoderFlags.Records]);
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = table.Read(parsed);
            var options = values.Apply(new ClassifierOptions());
            options.Validate();
            (string? folder, string? made, string? others) = (parsed.GetValue(labelled), parsed.GetValue(earlier), parsed.GetValue(images));
            if ((folder is null) == (made is null))
                throw new InvalidOptionException("classify needs either --labelled with a folder, or --classifier with a file.");
            if (made is not null && others is null)
                throw new InvalidOptionException("--classifier needs --images with what to classify.");
            if (parsed.GetValue(predictions) is not null && others is null)
                throw new InvalidOptionException("--predictions needs --images with what to classify.");
            string? file = made is not null ? null : OutputFile.Require(
                parsed.GetValue(output) ?? Default(flags, parsed), parsed.GetValue(force));
            string? list = parsed.GetValue(predictions) is { } csv ? OutputFile.Require(csv, parsed.GetValue(force)) : null;
            foreach (string path in new[] { folder, others }.OfType<string>())
                ImageFiles.RequirePath(path);
            if (made is not null && !File.Exists(made))
                throw new InvalidOptionException(
                    $"--classifier '{made}' does not exist.{Suggestion.OfPath(made)} 'lethe classify' makes one.");
            EmbeddingClassifier? loaded = made is null ? null : EmbeddingClassifier.Load(made);
            string? chosen = null;
            if (flags.IsAuto(parsed))
            {
                AutoLayer? behind = loaded is null ? null : AutoLayer.Of(loaded);
                if (behind is not null)
                    terminal.Say(behind.Why);
                chosen = behind?.Layer ?? LayerNames.Last; // of labelled images it is chosen below
            }

            using Encoder encoder = flags.Load(parsed, values, terminal, chosen: chosen);
            ImageEmbeddings Embed(string path) => EmbedLayers(path, [encoder.Layer])[encoder.Layer];
            IReadOnlyDictionary<string, ImageEmbeddings> EmbedLayers(string path, IReadOnlyList<string> layers)
            {
                IReadOnlyDictionary<string, ImageEmbeddings> found = encoder.EmbedLayers(
                    path, layers, parsed.GetValue(bad), terminal.Progress, cancellation);
                foreach (string one in found.Values.First().SkippedFiles)
                    terminal.Say($"skipped {PathLines.Of(one)}");
                return found;
            }

            var result = new JsonObject();
            EmbeddingClassifier classifier;
            if (loaded is not null)
            {
                classifier = loaded;
                if (classifier.Encoder is { } word && word != encoder.Word)
                    throw new RunException(
                        $"{made} was made with another encoder or layer than {flags.Path(parsed)}: its numbers would mean nothing. Give "
                        + "the "
                        + "encoder and the --layer that it was made with, or make it again with --labelled.");
            }
            else
            {
                classifier = flags.IsAuto(parsed)
                    ? Choose()
                    : EmbeddingClassifier.Train(Embed(folder!), options, encoder.Word, cancellation);
                EmbeddingClassifier Choose()
                {
                    (AutoLayer choice, EmbeddingClassifier best) = AutoLayer.ByLabels(
                        EmbedLayers(folder!, LayerNames.Backbone),
                        (layer, rows) => EmbeddingClassifier.Train(rows, options, encoder.WordOf(layer), cancellation));
                    terminal.Say(choice.Why);
                    encoder.Layer = choice.Layer;
                    return best;
                }

                classifier.Save(file!);
                result = Describe(classifier, terminal);
                result["layer"] = encoder.Layer;
                terminal.Say($"The classifier is {file}. Next: lethe classify {OptionValues.Quote(flags.Path(parsed))} --classifier "
                    + $"{OptionValues.Quote(file!)} --images FOLDER, or lethe export {OptionValues.Quote(flags.Path(parsed))} --format "
                    + "onnx "
                    + $"--classifier {OptionValues.Quote(file!)}");
                result["out"] = file;
            }

            if (others is not null)
                result["images"] = Predict(classifier, Embed(others), list, terminal);
            return result;
        });
    }

    private static string Default(EncoderFlags flags, ParseResult parsed) => Directory.Exists(flags.Path(parsed))
        && RunDirectory.HoldsRun(flags.Path(parsed))
        ? Path.Combine(flags.Path(parsed), "classifier.json")
        : throw new InvalidOptionException("--out is needed: weights from elsewhere have no run to hold the classifier.");

    private static JsonObject Describe(EmbeddingClassifier classifier, Terminal terminal)
    {
        CrossValidation found = classifier.Validation;
        IReadOnlyList<string> names = classifier.ClassNames;
        terminal.Say(Invariant($"Cross-validated on {found.Images} images in {found.Folds} parts: accuracy {found.Accuracy:P1} ")
            + Invariant($"(95 % interval {found.Low:P1} to {found.High:P1}), mean over classes {found.MeanClassAccuracy:P1}, ")
            + Invariant($"confidences off by {found.CalibrationError:P1} in the mean."));
        if (found.Accepted < 1)
            terminal.Say(Invariant($"Accepted {found.Accepted:P1}, of which right ")
                + (found.AcceptedAccuracy is { } right ? Invariant($"{right:P1}.") : "none."));
        Table table = new Table().Border(TableBorder.Simple).AddColumn("true \\ said");
        foreach (string name in names)
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        var rows = new JsonArray();
        for (int i = 0; i < names.Count; i++)
        {
            int[] counts = [.. Enumerable.Range(0, names.Count).Select(j => found.Confusion[i, j])];
            table.AddRow([Markup.Escape(names[i]), .. counts.Select((count, j) => i == j ? $"[bold]{count}[/]" : $"{count}")]);
            rows.Add(new JsonArray([.. counts.Select(count => (JsonNode)count)]));
        }

        if (names.Count <= Shown)
            terminal.Show(table);
        else
            terminal.Say($"Confusions of {names.Count} classes are in the JSON document (--json).");
        return new JsonObject
        {
            ["classes"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
            ["crossValidation"] = new JsonObject
            {
                ["images"] = found.Images, ["folds"] = found.Folds, ["accuracy"] = found.Accuracy, ["low"] = found.Low,
                ["high"] = found.High, ["meanClassAccuracy"] = found.MeanClassAccuracy, ["calibrationError"] = found.CalibrationError,
                ["accepted"] = found.Accepted, ["acceptedAccuracy"] = found.AcceptedAccuracy, ["confusion"] = rows,
            },
            ["strength"] = classifier.Strength,
            ["rejectBelow"] = classifier.RejectBelow,
        };
    }

    private static JsonArray Predict(EmbeddingClassifier classifier, ImageEmbeddings images, string? list, Terminal terminal)
    {
        IReadOnlyList<Classification> found = classifier.Classify(images.Rows);
        var text = new StringBuilder("path,label,confidence,novelty,rejected\n");
        var rows = new JsonArray();
        foreach ((Classification one, string path) in found.Zip(images.Paths))
        {
            text.Append(CsvText.Field(path)).Append(',').Append(CsvText.Field(one.Label))
                .Append(Invariant($",{one.Confidence:R},{one.Novelty:R},{(one.Rejected ? "true" : "false")}\n"));
            rows.Add(new JsonObject
            {
                ["path"] = path, ["label"] = one.Label, ["confidence"] = one.Confidence, ["novelty"] = one.Novelty,
                ["rejected"] = one.Rejected,
            });
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn("image").AddColumn("label").AddColumn("confidence");
        foreach ((Classification one, string path) in found.Zip(images.Paths).Take(Shown))
        {
            table.AddRow(
                Markup.Escape(PathLines.Of(path)),
                one.Rejected ? $"[dim]{Markup.Escape(one.Label)} (rejected)[/]" : Markup.Escape(one.Label),
                Invariant($"{one.Confidence:P0}"));
        }

        terminal.Show(table);
        if (found.Count > Shown && list is null)
            terminal.Say($"{found.Count - Shown} more: --predictions FILE writes all.");
        terminal.Say($"{found.Count} images, {found.Count(one => one.Rejected)} rejected: "
            + string.Join(", ", found.Where(one => !one.Rejected).CountBy(one => one.Label).OrderByDescending(pair => pair.Value)
                .Select(pair => $"{pair.Value} {pair.Key}")) + ".");
        if (list is not null)
        {
            AtomicFile.Write(list, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
            terminal.Say($"All of them in {list}.");
        }

        return rows;
    }
}
