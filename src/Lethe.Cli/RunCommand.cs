using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Models;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe run</c>: the whole story, from images to report, in the order in which it happens.</summary>
internal static class RunCommand
{
    // A few minutes on two cores: small views, a narrow network, images few enough that epochs are many.
    private static readonly RunOptions demonstration = new()
    {
        Data = new DataOptions { Limit = 2000 },
        Backbone = new BackboneOptions { Backbone = "resnet10", Width = 16 },
        Training = new TrainingOptions { Epochs = 24 },
    };

    private static readonly UmmOptions undoing = new() { Iterations = 30 };

    public static Command Create(Terminal terminal)
    {
        var command = new Command(
            "run", "The whole workflow: pre-train, diagnose, undo beside a control, evaluate, report. By default a demonstration of a "
            + "few minutes on embedded images (--limit 2000 --backbone resnet10 --width 16 --epochs 24); with --data it uses all "
            + "images, and chooses from them the options that are left out.");
        var flags = new RunFlags(command, Defaults, new RunOptions(), undoing, new RankOptions());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = flags.Read(parsed);
            UmmOptions umm = values.Apply(undoing);

            RunRequest request = flags.Check(parsed, values);
            if (IsDemonstration(values) && request.Begun is null)
                terminal.Say("A demonstration on embedded images of clothes. For your own: lethe run --data FOLDER");

            // 1. Train an encoder without labels, measuring every layer along the way.
            (RunDirectory run, Session session) = flags.Pretrain(request, values, "run", terminal.Progress, cancellation);

            // 2. See whether it memorised.
            JsonObject monitor = DiagnoseCommand.Describe(run, terminal);

            // 3. Undo memorisation in the late layers, beside a control of as many plain steps.
            RunDirectory undo = Undoing.Run(
                run, session, umm, null, session.Options.Seed, request.Begun is not null, run.LoadManifest().Command, terminal.Progress,
                cancellation);

            // 4. Evaluate every state of the encoder on images that no training saw.
            Evaluating.Update(run, session, run.LoadManifest().Command, terminal.Progress, cancellation);

            // 5. Score single images by how far they were memorised, and draw where each layer of each state places them.
            foreach (RunDirectory one in Scoring.HasHeldOut(session) ? new[] { run, undo } : [])
                Scoring.HeldOut(one, session, new ScoringOptions(), terminal.Progress, cancellation);
            MapDrawing.Draw(run, session, MapDrawing.UsualImages, terminal.Progress, cancellation);

            // 6. Say what happened.
            JsonObject result = SummaryView.Show(run, Path.GetFileName(undo.Path), terminal);
            result["run"] = run.Path;
            result["start"] = StartUpView.Of(run);
            result["report"] = ReportCommand.Write(run);
            result["monitor"] = monitor["reason"]!.DeepClone();
            terminal.Say((string)result["verdict"]!);
            terminal.Say($"Report: {Path.GetFullPath((string)result["report"]!)}");

            // 7. Say which encoder to take, and where it is.
            result["choice"] = EncoderView.Choose(run, undo, terminal);
            return result;
        }, ranks: parsed => flags.Read(parsed).Apply(new RankOptions()));
    }

    private static bool IsDemonstration(OptionValues values) => values.Apply(new DataOptions()).Data == new DataOptions().Data;

    /// <summary>The demonstration, or what is chosen by images of one's own. A budget of time leaves the epochs to be chosen too.</summary>
    internal static RunOptions Defaults(OptionValues values) => !IsDemonstration(values) ? new RunOptions()
        : values.Apply(new TrainingOptions()).Minutes > 0 ? demonstration with { Training = new TrainingOptions() }
        : demonstration;
}
