using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>
/// Trains a method on views of unlabelled images. All that is random is a function of the seed and of the place in
/// training, so a run that is interrupted and goes on gives the same bits as one that is not.
/// </summary>
public sealed class Pretrainer : IDisposable
{
    private readonly SslMethod method;
    private readonly ViewLoader loader;
    private readonly TrainingOptions options;
    private readonly ulong seed;
    private readonly Device device;
    private readonly string[] unscheduled;
    private readonly WarmUpCosine schedule;

    /// <summary>Prepares training from the start.</summary>
    /// <param name="method">The method; its parameters are on the device already.</param>
    /// <param name="loader">Gives the views.</param>
    /// <param name="options">How to train.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="device">Where the method is.</param>
    /// <exception cref="InvalidOptionException">An option cannot be used, or an epoch has no step.</exception>
    public Pretrainer(SslMethod method, ViewLoader loader, TrainingOptions options, ulong seed, Device device)
    {
        options.Validate();
        this.method = method;
        this.loader = loader;
        this.options = options;
        this.seed = seed;
        this.device = device;
        StepsPerEpoch = loader.StepsPerEpoch / options.Accumulate;
        if (StepsPerEpoch == 0)
        {
            throw new InvalidOptionException(
                $"An epoch has {loader.StepsPerEpoch} batches, fewer than the {options.Accumulate} that one step takes. Lower --accumulate or --batch-size.");
        }

        TotalSteps = (long)StepsPerEpoch * options.Epochs;
        unscheduled = [.. method.UnscheduledParts.Select(part => part + ".")];
        schedule = new WarmUpCosine(options.PeakLearningRate(), (long)(options.WarmUp * TotalSteps), TotalSteps);
        Optimiser = Optimiser.Create(options.Optimiser, method.named_parameters(), options.WeightDecay, options.Momentum);
    }

    /// <summary>The optimiser, whose state goes into a checkpoint.</summary>
    public Optimiser Optimiser { get; }

    /// <summary>Where training stands; set it to go on from a checkpoint.</summary>
    public TrainingState State { get; set; } = new();

    /// <summary>Steps of the optimiser in an epoch; what is left over of the images waits for another epoch's order.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Steps of the optimiser in all.</summary>
    public long TotalSteps { get; }

    /// <summary>Time spent in training steps, evaluations left out.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Images that went through training since this object was made.</summary>
    public long ImagesSeen { get; private set; }

    /// <summary>Trains until the last epoch, or until it is told to stop.</summary>
    /// <param name="evaluate">
    /// Called at epoch 0, at each due epoch and after the last, with the epoch and the means of the loss and its terms
    /// since the last call.
    /// </param>
    /// <param name="save">Called when a checkpoint is due, also before this method leaves because of cancellation.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="watch">Shown the last batch of each epoch, with the number of epochs done.</param>
    /// <param name="begin">Called once before the first step of each epoch, with the number of epochs done; it may change the method, and is done whole or not at all.</param>
    /// <param name="stop">
    /// Asked before each epoch, and on going on within one, whether training is to end early. It must depend on nothing but what the evaluations
    /// saw, or a run that goes on would end elsewhere than one that was not interrupted.
    /// </param>
    /// <param name="cancellation">Stops between two steps, with the state saved.</param>
    /// <exception cref="TrainingException">A term of the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the state has been saved.</exception>
    public void Train(
        Action<int, IReadOnlyList<(string Name, double Mean)>> evaluate,
        Action save,
        IProgress<TrainingStep>? progress = null,
        Action<int, MethodLoss>? watch = null,
        Action<int>? begin = null,
        Func<bool>? stop = null,
        CancellationToken cancellation = default)
    {
        var sinceSave = Stopwatch.StartNew();
        void Save()
        {
            save();
            sinceSave.Restart();
        }

        try
        {
            EvaluateIfDue(evaluate, Save);
            while (State.Step < TotalSteps && stop?.Invoke() != true)
            {
                cancellation.ThrowIfCancellationRequested();
                BeginEpoch(begin);
                TrainEpoch(watch, progress, () =>
                {
                    if (sinceSave.Elapsed.TotalMinutes >= options.CheckpointMinutes)
                        Save();
                }, cancellation);
                EvaluateIfDue(evaluate, Save);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Optimiser.Dispose();

    private void EvaluateIfDue(Action<int, IReadOnlyList<(string Name, double Mean)>> evaluate, Action save)
    {
        int epoch = (int)(State.Step / StepsPerEpoch);
        bool due = State.Step % StepsPerEpoch == 0 && (epoch == options.Epochs || epoch % options.EvaluationInterval() == 0);
        if (!due || State.EvaluatedAt >= epoch)
            return;

        // Taken only once the evaluation is done: an interruption within it must find the sums as they were.
        evaluate(epoch, State.Means());
        State.ClearMeans();
        State.EvaluatedAt = epoch;
        save();
    }

    private void BeginEpoch(Action<int>? begin)
    {
        int epoch = (int)(State.Step / StepsPerEpoch);
        if (State.BegunEpoch >= epoch)
            return;
        begin?.Invoke(epoch);
        State.BegunEpoch = epoch;
    }

    private void TrainEpoch(Action<int, MethodLoss>? watch, IProgress<TrainingStep>? progress, Action stepDone, CancellationToken cancellation)
    {
        int epoch = (int)(State.Step / StepsPerEpoch);
        int firstBatch = (int)(State.Step % StepsPerEpoch) * options.Accumulate;
        var clock = Stopwatch.StartNew();
        TimeSpan before = Elapsed;
        method.train();
        // Not given the token: a step is taken whole or not at all.
        using IEnumerator<ViewBatch> batches = loader.Batches(epoch, firstBatch, CancellationToken.None).GetEnumerator();
        while (State.Step < (long)(epoch + 1) * StepsPerEpoch)
        {
            cancellation.ThrowIfCancellationRequested();
            double loss = Step(batches, epoch, watch);
            Elapsed = before + clock.Elapsed;
            progress?.Report(new TrainingStep(
                State.Step, TotalSteps, loss, ImagesSeen / Elapsed.TotalSeconds, loader.Waited / Elapsed));
            stepDone();
        }
    }

    private double Step(IEnumerator<ViewBatch> batches, int epoch, Action<int, MethodLoss>? watch)
    {
        using var scope = NewDisposeScope();
        method.train();
        Optimiser.ZeroGradients();
        double learningRate = schedule.At(State.Step);
        var place = new TrainingProgress(State.Step, TotalSteps, (double)State.Step / StepsPerEpoch, RandomStream.Derive(seed, (ulong)State.Step));
        var commits = new List<Action>();
        double total = 0;
        for (int i = 0; i < options.Accumulate; i++)
        {
            if (!batches.MoveNext())
                throw new InvalidOperationException("The loader gave fewer batches than it promised.");
            ViewBatch batch = batches.Current;
            MethodLoss loss = method.Loss(DeviceViews.Of(batch, device), place);
            LossCheck.RequireFinite(loss, $"epoch {epoch + 1}, step {State.Step + 1}");
            Gradients.Accumulate(options.Accumulate == 1 ? loss.Total : loss.Total.Over(options.Accumulate));
            total += loss.Total.item<float>() / options.Accumulate;
            State.Add("loss", loss.Total.item<float>());
            foreach ((string name, Tensor value) in loss.Terms)
            {
                State.Add(name, value.item<float>());
            }

            State.SumCount++;
            ImagesSeen += batch.N;
            if (i == options.Accumulate - 1 && (State.Step + 1) % StepsPerEpoch == 0)
                watch?.Invoke(epoch + 1, loss);
            loss.Commit?.Invoke();
        }

        Optimiser.Step(name => unscheduled.Any(part => name.StartsWith(part, StringComparison.Ordinal)) ? schedule.Base : learningRate);
        State.Step++;
        State.Epoch = (double)State.Step / StepsPerEpoch;
        State.LearningRate = learningRate;
        method.AfterStep(place with { Step = State.Step, Epoch = State.Epoch });
        return total;
    }
}
