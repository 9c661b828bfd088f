using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Models;
using Lethe.Reporting;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary><c>lethe diagnose</c>: quality of each layer over a run's training, or of features from anywhere.</summary>
internal static class DiagnoseCommand
{
    private const string Labels = "--labels";

    public static Command Create(Terminal terminal)
    {
        var features = new Option<string?>("--features")
        {
            Description = "Features from any framework: .npy of numbers, [rows, d], or [views, images, d]; .npz of one array; or .csv, "
                + "without its columns path, label and part.",
            HelpName = "FILE",
        };
        var epsilonSquared = new Option<double>("--epsilon-squared")
        {
            Description = "ε², the distortion that coding rates allow.", HelpName = "E",
            DefaultValueFactory = _ => CodingRate.DefaultEpsilonSquared,
            CustomParser = EpsilonSquared,
        };
        var views = new Option<int?>("--views") { Description = "Views of each image, stacked: all rows of view 1, then of view 2. [1, or "
            + "the first of three dimensions]", HelpName = "V" };
        var measures = new Option<string>("--measures") { Description = $"Measures of a run to show: {LayerMeasures.AllName}, or names "
            + "separated by commas. A wrong name lists them.", HelpName = "NAMES", DefaultValueFactory = _ => LayerMeasures.Default,
            CompletionSources = { _ => LayerMeasures.All.Select(measure => new CompletionItem(measure.Name)) } };
        var against = new Option<string?>("--against") { Description = "Another run on other images of the source: score how far RUN has "
            + "memorised the images that only it was trained on (SSLMem). held-out: score RUN alone, against images that it was not "
            + "trained on; a weaker sign.", HelpName = "RUN|held-out" };
        var command = new Command(
            "diagnose",
            "Show the quality of each layer over training, and where ΔR turned. Or score how far single images are memorised, against "
                + "another run; or measure features from elsewhere.") { measures, against, features, epsilonSquared, views };
        var run = new EncoderArgument(command, optional: true);
        var table = new OptionTable(command, [new ScoringOptions(), .. EncoderArgument.Records, new Machine()]);

        // The same flag says where labels of images come from, and where those of features lie.
        Option labels = command.Options.Single(option => option.Name == Labels);
        labels.HelpName = "FILE";
        labels.Description = "With --features: classes, one for each image or each row: .npy of numbers, names or one-hot rows; .csv with "
            + $"a column label; or .txt, one a line; −1 or empty means none. Of a file of weights: {labels.Description}";
        return command.Does(terminal, (parsed, cancellation) =>
        {
            string? path = run.Path(parsed);
            string? file = parsed.GetValue(features);
            if ((path is null) == (file is null))
                throw new InvalidOptionException("diagnose needs either a run directory, or --features with a .npy file.");
            OptionValues values = table.Read(parsed);
            if (parsed.GetValue(against) is { } other)
            {
                if (file is not null || parsed.GetResult(measures) is { Implicit: false })
                    throw new InvalidOptionException("--against takes runs, and neither --features nor --measures.");
                var options = values.Apply(new ScoringOptions());
                Machine machine = values.Apply(new Machine());
                bool alone = !Directory.Exists(other) && Synonyms.Folded(other) == Synonyms.Folded(ScoresView.ByHeldOut);
                foreach (string one in alone ? [path!] : new[] { path!, other })
                    terminal.WarnOfUnfinished(RunDirectory.Open(one));
                RunDirectory scored = RunDirectory.Open(path!);
                string line = values.CommandLine($"diagnose {OptionValues.Quote(path!)} --against {OptionValues.Quote(other)}");
                ImageScores scores = alone
                    ? Alone(scored, options, machine, EncoderArgument.DataRoot(values), terminal, cancellation)
                    : Scoring.Run(
                        scored, RunDirectory.Open(other), options, machine, EncoderArgument.DataRoot(values), line, terminal.Progress,
                        cancellation);
                return ScoresView.Show(path!, alone ? null : other, scores, options, terminal);
            }

            bool isForeign = path is not null && InitialEncoder.IsForeign(path);
            string[] computing = [.. values.Flags.Where(flag => flag != Labels)];
            if (!isForeign && computing.Length > 0)
            {
                throw new InvalidOptionException($"{string.Join(", ", computing)}: only --against, and a file of weights in place of "
                    + "RUN, "
                    + "read images and compute. Leave it out.");
            }

            if (file is not null && parsed.GetResult(measures) is { Implicit: false })
                throw new InvalidOptionException("--measures belongs to a run. For features, Lethe shows every measure that they allow.");
            if (file is not null)
            {
                terminal.Announce(StartUp.OfVerb(
                    "diagnose", $"{file}: coding rates and other measures of its rows", "seconds for thousands of rows, minutes for more",
                    new Machine().Describe()));
                string? labelFile = values.Flags.Contains(Labels) ? values.Apply(new DataOptions()).Labels : null;
                return FeaturesView.Show(file, labelFile, parsed.GetValue(views), parsed.GetValue(epsilonSquared), terminal);
            }

            if ((!isForeign && values.Flags.Contains(Labels))
                || new Option[] { epsilonSquared, views }.Any(option => parsed.GetResult(option) is { Implicit: false }))
                throw new InvalidOptionException(
                    "--labels, --epsilon-squared and --views belong to --features. A run was measured with its own options.");
            IReadOnlyList<LayerMeasure> shown = LayerMeasures.Choose(parsed.GetRequiredValue(measures));
            RunDirectory directory = run.Open(
                parsed, values, values.Apply(new Machine()), needsHeads: false, terminal, cancellation);
            terminal.Announce(StartUp.OfVerb("diagnose", $"{directory.Path}: what was measured while it trained", StartUp.Reads));
            JsonObject result = Describe(directory, terminal, shown);
            result["run"] = directory.Path;
            return result;
        });
    }

    private static ImageScores Alone(
        RunDirectory run, ScoringOptions options, Machine machine, string? dataRoot, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Announce(StartUp.OfVerb(
            "diagnose", $"at most {options.ScoreImages} images that {run.Path} was trained on, and as many held-out ones; "
                + $"{options.ScoreViews} views of each", StartUp.Shown, machine.Describe()));
        Session session = Session.Open(run.Pretraining(), machine, dataRoot, terminal.Progress, cancellation);
        return Scoring.HeldOut(run, session, options, terminal.Progress, cancellation);
    }

    /// <summary>Shows the layers of a run over its epochs and the monitor's words.</summary>
    public static JsonObject Describe(RunDirectory run, Terminal terminal, IReadOnlyList<LayerMeasure>? measures = null)
    {
        IReadOnlyList<LayerMeasure> shown = measures ?? LayerMeasures.Choose(LayerMeasures.Default);
        IReadOnlyList<Measurement> measurements = run.LoadMetrics().Measurements;
        if (measurements.Count == 0)
            throw new RunException($"{run.Path} has no measurements yet. Go on with it: 'lethe pretrain --resume --out {run.Path}'.");
        string[] layers = [.. LayerNames.All.Where(layer => measurements.Any(m => m.Layer == layer))];
        var places = measurements.GroupBy(m => (m.Epoch, m.Layer)).ToDictionary(
            place => place.Key, place => place.GroupBy(m => m.Name).ToDictionary(name => name.Key, name => name.Last().Value));
        var rows = new JsonArray();
        var without = new List<LayerMeasure>();
        Table table = new Table().Border(TableBorder.Simple).AddColumn("epoch").AddColumn("measure");
        foreach (string layer in layers)
        {
            table.AddColumn(new TableColumn(layer).RightAligned());
        }

        foreach (int epoch in measurements.Select(m => m.Epoch).Distinct().Order())
        {
            foreach (LayerMeasure measure in shown)
            {
                double?[] values =
                    [
                        .. layers.Select(
                            layer => places.TryGetValue((epoch, layer), out Dictionary<string, double>? place) ? measure.Of(place) : null),
                    ];
                if (values.All(value => value is null))
                    continue;
                table.AddRow([$"{epoch}", measure.Title, .. values.Select(value => value is null ? "–" : measure.Format(value.Value))]);
                foreach ((string layer, double? value) in layers.Zip(values).Where(cell => cell.Second is not null))
                {
                    rows.Add(new JsonObject { ["epoch"] = epoch, ["layer"] = layer, ["name"] = measure.Name, ["value"] = value });
                }

                if (values.Contains(null))
                    without.Add(measure);
            }
        }

        terminal.Show(table);
        string[] reasons = [.. LayerMeasure.AboutNothing(without)];
        foreach (string reason in reasons)
            terminal.Say(reason);
        RunManifest manifest = run.LoadManifest();
        foreach (RateSetting setting in manifest.RateSettings.Where(s => s.Layer == LayerNames.Last || s.Layer == LayerNames.Projector))
        {
            terminal.Say(
                Invariant($"ΔR of {setting.Layer} in nats: m = {setting.Rows}, d = {setting.Dimension}, ε² = {setting.EpsilonSquared}."));
        }

        MemorisationVerdict verdict = MemorisationMonitor.Judge(measurements, manifest.Pretraining.Monitor, manifest.Data.TestCount);
        ReductionVerdict reduction = ReductionMonitor.Judge(measurements, manifest.Pretraining.Monitor);
        MembershipVerdict? membership = MembershipMonitor.Judge([measurements], manifest.ImagesOfRates);
        terminal.Say(verdict.Reason);
        if (membership is not null)
            terminal.Say(membership.Reason);
        if (reduction.IsJudged)
            terminal.Say(reduction.Reason);
        foreach (RunWarning warning in manifest.Warnings)
        {
            terminal.Say($"Warning, epoch {warning.Epoch}: {warning.Text}");
        }

        return new JsonObject
        {
            ["memorisation"] = ResultJson.Of(verdict),
            ["reduction"] = new JsonObject
            {
                ["turned"] = reduction.Turned,
                ["turnEpoch"] = reduction.TurnEpoch,
                ["turnLayer"] = reduction.TurnLayer,
                ["gapOpened"] = reduction.GapOpened,
                ["gapEpoch"] = reduction.GapEpoch,
                ["gapLayer"] = reduction.GapLayer,
                ["reason"] = reduction.Reason,
            },
            ["membership"] = membership is null ? null : ResultJson.Of(membership),
            ["reason"] = verdict.Reason,
            ["warnings"] = new JsonArray(
                [
                    .. manifest.Warnings.Select(
                        warning =>
                            (JsonNode)new JsonObject { ["epoch"] = warning.Epoch, ["kind"] = warning.Kind, ["text"] = warning.Text }),
                ]),
            ["shown"] = rows,
            ["missing"] = new JsonArray([.. reasons.Select(reason => (JsonNode)reason)]),
            ["measurements"] = new JsonArray([.. measurements.Select(m => (JsonNode)new JsonObject
            {
                ["epoch"] = m.Epoch, ["layer"] = m.Layer, ["name"] = m.Name, ["value"] = m.Value,
            })]),
        };
    }

    // The framework's own parser goes by the culture, and takes "0,5" for 5 where a comma groups digits.
    private static double EpsilonSquared(ArgumentResult given)
    {
        string text = given.Tokens[0].Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            given.AddError($"--epsilon-squared expects a finite number, with a point for decimals, found '{text}'.");
        return number;
    }
}
