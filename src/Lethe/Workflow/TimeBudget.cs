using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>
/// Fits a training into <see cref="TrainingOptions.Minutes"/>: takes a few steps and one evaluation on a throw-away network, and lowers the
/// epochs, or the width where too few would be left. All that a run draws is seeded anew when it begins, so this moves nothing of it.
/// </summary>
internal static class TimeBudget
{
    private const int LeastWidth = 8;
    private const int WarmingSteps = 2;
    private const int TimedSteps = 3;

    // Machines are not equally fast all the time.
    private const double Share = 0.9;

    private static readonly TimeSpan warm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan enough = TimeSpan.FromSeconds(1.5);

    /// <summary>Fits.</summary>
    /// <param name="asked">The options as they were given.</param>
    /// <param name="chosen">What was chosen by the images.</param>
    /// <param name="measure">Times a step and an evaluation of options.</param>
    /// <param name="images">Images to train on.</param>
    /// <returns>What fits, with the reason.</returns>
    /// <exception cref="InvalidOptionException">Epochs were given too.</exception>
    public static ChosenOptions Fit(RunOptions asked, ChosenOptions chosen, Func<RunOptions, StepTime> measure, int images)
    {
        double minutes = asked.Training.Minutes;
        if (asked.Training.Epochs is { } epochs)
        {
            throw new InvalidOptionException(Invariant(
                $"--minutes {minutes} chooses the epochs, and --epochs {epochs} sets them. Give only one of them."));
        }

        int most = chosen.Options.Training.EpochCount();
        RunOptions options = chosen.Options;
        while (true)
        {
            StepTime time = measure(options);
            int steps = ChosenOptions.Steps(images, options.Training.BatchSize, options.Training.Accumulate);
            int fits = Enumerable.Range(1, most).Reverse().FirstOrDefault(
                count => Seconds(options, time, steps, count) <= Share * 60 * minutes);
            bool narrower = asked.Backbone.Width == 0 && asked.Init is null && options.Backbone.Width > LeastWidth;
            if (fits < Math.Min(ChosenOptions.FewestEpochs, most) && narrower)
            {
                options = options with { Backbone = options.Backbone with { Width = options.Backbone.Width / 2 } };
                continue;
            }

            return With(chosen, options, time, steps, Math.Max(1, fits), fits, minutes);
        }
    }

    /// <summary>Times a few steps and one evaluation.</summary>
    /// <param name="session">Of the options to time.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>What they take.</returns>
    public static StepTime Measure(Session session, CancellationToken cancellation)
    {
        TrainingOptions training = session.Options.Training;
        using SslMethod method = session.CreateMethod();
        using ViewLoader loader = session.CreateLoader(training.BatchSize, session.Options.Seed);
        using var trainer = new Pretrainer(method, loader, training, session.Options.Seed, session.Device, session.Labels);
        Stopwatch warming = Stopwatch.StartNew(), clock = new();
        int all = 0, timed = 0;
        foreach (TrainingMoment.StepTaken _ in TrainingLoop.Steps(trainer, cancellation))
        {
            // The first steps find out what runs on this machine, and are compiled.
            if (warming.Elapsed < warm || all < WarmingSteps)
                all++;
            else if (!clock.IsRunning)
                clock.Start();
            else if (++timed >= TimedSteps && clock.Elapsed > enough)
                break;
        }

        double step = timed > 0 ? clock.Elapsed.TotalSeconds / timed : warming.Elapsed.TotalSeconds / Math.Max(1, all);
        clock.Restart();
        session.Evaluator.Measure(method, cancellation);
        session.Losses.Measure(method, 0, training.BatchSize, cancellation);
        return new StepTime(step, clock.Elapsed.TotalSeconds);
    }

    private static ChosenOptions With(
        ChosenOptions chosen, RunOptions options, StepTime time, int steps, int epochs, int fits, double minutes)
    {
        int most = chosen.Options.Training.EpochCount(), batch = options.Training.BatchSize * options.Training.Accumulate;
        double needed = Seconds(options, time, steps, epochs) / 60;
        string rate = Invariant($"{batch / time.Step:0} images/s and {time.Evaluation:0.#} s for each evaluation");
        var choices = chosen.Choices.ToDictionary(choice => choice.Option);
        choices["--epochs"] = epochs == most
            ? choices["--epochs"] with
            {
                Reason = choices["--epochs"].Reason + Invariant($"; some {needed:0.#} of {Words(minutes)} at {rate}"),
            }
            : new Choice("--epochs", Invariant($"{epochs}"), $"as many as fit into {Words(minutes)} at {rate}");
        if (options.Backbone.Width != chosen.Options.Backbone.Width)
        {
            choices["--width"] = new Choice(
                "--width", Invariant($"{options.Backbone.Width}"),
                $"{chosen.Options.Backbone.Width} would leave fewer than {ChosenOptions.FewestEpochs} epochs in {Words(minutes)}");
        }

        string? shortage = fits == 0
            ? Invariant($"One epoch alone takes some {needed:0.#} minutes, more than --minutes {minutes}. Use fewer images (--limit), or ")
                + "smaller ones (--image-size)."
            : epochs < ChosenOptions.FewestEpochs && epochs < most
                ? Invariant($"--minutes {minutes} leaves {epochs} epochs, which teach little. Give more, or fewer images (--limit).")
                : null;
        return new ChosenOptions(
            options with { Training = options.Training with { Epochs = epochs } },
            [.. chosen.Choices.Select(choice => choices[choice.Option])],
            shortage is null ? chosen.Advice : [.. chosen.Advice, shortage]);
    }

    private static string Words(double minutes) => minutes == 1 ? "1 minute" : Invariant($"{minutes} minutes");

    private static double Seconds(RunOptions options, StepTime time, int steps, int epochs)
    {
        int interval = (options.Training with { Epochs = epochs }).EvaluationInterval();
        int evaluations = 1 + ((epochs + interval - 1) / interval);
        return ((double)steps * epochs * time.Step) + (evaluations * time.Evaluation);
    }
}
