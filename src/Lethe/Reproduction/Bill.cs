using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Reproduction;

/// <summary>
/// Says beforehand what runs take. A few steps and one evaluation of the network are timed, on embedded images reduced or enlarged to the
/// preset's size; the rest is arithmetic: how many views the steps and the evaluations of a plan take. It is an estimate.
/// </summary>
internal sealed class Bill
{
    // Small, so that the largest network is timed in seconds; a view costs as much in a larger batch.
    private const int TimedBatch = 16, TimedImages = 64;

    // What a protocol takes for one state, in views of an evaluation for each image that is measured, and seconds besides.
    private static readonly Dictionary<string, (double Views, double Seconds)> protocols = new()
    {
        ["linear"] = (2, 30), ["knn"] = (2, 2), ["clustering"] = (2, 15), ["semi"] = (40, 120), ["transfer"] = (40, 60),
        ["robustness"] = (78, 20), ["domains"] = (10, 60), ["causal"] = (20, 60),
    };

    // Numbers of a checkpoint for each of the network: weights, and two moments of the optimiser; a momentum encoder comes on top.
    private const double NumbersKept = 3.5;

    // Of features, for counting passes; it matters to Jacobians alone.
    private const int Dimension = 512;

    private readonly Dictionary<(string, int, int), NetworkSpeed> speeds = [];

    /// <summary>Measures the networks of some presets, each once.</summary>
    /// <param name="presets">The presets.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    public static Bill Measure(IEnumerable<Preset> presets, Machine machine, CancellationToken cancellation)
    {
        var bill = new Bill();
        foreach ((string Backbone, int Width, int ImageSize) network in presets.Select(preset => preset.Network).Distinct())
            bill.speeds[network] = Measure(network, machine, cancellation);
        return bill;
    }

    /// <summary>A bill by speeds that are known.</summary>
    public static Bill Of(NetworkSpeed speed) =>
        new() { Same = speed };

    private NetworkSpeed? Same { get; init; }

    /// <summary>What a plan takes, or the runs of it that are not done.</summary>
    public Price Of(IReadOnlyCollection<PlannedRun> runs, Setting setting) => new(
        runs.Count,
        runs.Sum(run => run.Undos.Count),
        runs.Sum(run => Seconds(run, setting)) / 3600,
        runs.Sum(run => Bytes(run, setting)) / 1e9);

    private static NetworkSpeed Measure(
        (string Backbone, int Width, int ImageSize) network, Machine machine, CancellationToken cancellation)
    {
        var options = new RunOptions
        {
            Data = new DataOptions
            {
                Limit = TimedImages, ProbeImages = TimedImages, TestImages = TimedImages, ImageSize = network.ImageSize,
            },
            Backbone = new BackboneOptions { Backbone = network.Backbone, Width = network.Width },
            Training = new TrainingOptions { BatchSize = TimedBatch, Epochs = 1000 },
        };
        Session session = Session.Create(options, machine, null, cancellation);
        StepTime time = TimeBudget.Measure(session, cancellation);
        using SslMethod method = session.CreateMethod();

        // Two views of both parts, for the coding rates and for the loss, and plain images of three parts.
        const int Looks = (2 * 4 * TimedImages) + (3 * TimedImages);
        var views = new NetworkSpeed(time.Step / (2 * TimedBatch), 0, method.parameters().Sum(one => one.numel()));
        return views with { Evaluation = Math.Max(0, time.Evaluation - (Looks * views.Look)) };
    }

    private NetworkSpeed SpeedOf(Setting setting) => Same ?? speeds[setting.Preset.Network];

    private static int Images(Setting setting) => setting.Preset.Limit > 0 ? setting.Preset.Limit : Whole(setting.Data);

    // Of images whose number is not known before they are read, as many as CIFAR-10 has.
    private static int Whole(string data) => data == "embedded" ? 6000 : 50_000;

    private double Seconds(PlannedRun run, Setting setting)
    {
        NetworkSpeed speed = SpeedOf(setting);
        TrainingOptions training = run.Options.Training;
        double cost = MethodRegistry.Find(run.Options.Method).RelativeCost;
        int images = Images(setting), rated = Math.Min(run.Options.Evaluation.RateImages, images);
        double evaluation = speed.Evaluation + (speed.Look * ((8 * rated) + (3 * Math.Min(setting.Preset.Measured, images))));
        double views = 2.0 * images * training.EpochCount();
        int evaluations = 1 + (training.EpochCount() / training.EvaluationInterval());
        double undo = run.Undos.Sum(one => Seconds(one, training.BatchSize, speed.View * cost, evaluation));
        double states = 2 + run.Undos.Sum(one => one.Own().Control ? 2 : 1);

        // Protocols look at the states before, control and UMM.
        double protocol = 3 * run.Protocols.Sum(one =>
            protocols.TryGetValue(one.Name, out (double Views, double Seconds) known)
                ? (one.Quick ? 0.1 : 1) * ((known.Views * setting.Preset.Measured * speed.Look) + known.Seconds) : 0);
        return (views * speed.View * cost) + ((evaluations + states) * evaluation) + undo + protocol;
    }

    private static double Seconds(UmmOptions undo, int batch, double view, double evaluation)
    {
        bool trains = undo.Remedy is UmmOptions.Mechanism or UmmOptions.Continue, control = undo.Own().Control;
        double parts = !trains ? 0 : Steps(StepCost.OfMechanism(undo, Dimension, hasMomentum: false)) + (control ? 1 : 0);
        int evaluations = 1 + (undo.Iterations / undo.EvaluationInterval());
        return (2.0 * undo.Iterations * batch * view * parts) + (evaluations * evaluation * (control ? 2 : 1));
    }

    // In steps of plain training through the whole network. Half of it is frozen, about.
    private static double Steps(StepCost cost) => (cost.Early + cost.Late) / (2.0 * StepCost.OfControl(hasMomentum: false).Late);

    private double Bytes(PlannedRun run, Setting setting)
    {
        TrainingOptions training = run.Options.Training;
        int kept = 2 + (training.KeepCheckpoints ? training.EpochCount() / training.EvaluationInterval() : 0);
        return sizeof(float) * NumbersKept * SpeedOf(setting).Parameters * (kept + run.Undos.Sum(one => one.Own().Control ? 4 : 2));
    }
}
