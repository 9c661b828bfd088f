using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Training;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>
/// The same network on the same views for as many steps with labels: how far labels would bring it in the budget of the
/// methods. Cross-entropy, Adam, warm-up and cosine; measured as <c>lethe pretrain</c> measures.
/// </summary>
internal static class SupervisedTraining
{
    public static void Measure(string images, int limit, int width, int epochs, int batch, int seed, int threads)
    {
        var options = new RunOptions
        {
            Data = new DataOptions { Data = images, Limit = limit },
            Backbone = new BackboneOptions { Backbone = "resnet10", Width = width },
            Training = new TrainingOptions { Epochs = epochs, BatchSize = batch },
            Seed = (ulong)seed,
        };
        Session session = Session.Create(options, new Machine { Threads = threads });
        IReadOnlyList<int> labels = session.Data.Train.Labels ?? throw new Runtime.DataException(
            $"{images} has no labels. Give class folders.");
        manual_seed(seed);
        using var method = new SupervisedEncoder(
            new ResNet(options.Backbone, session.Data.Train.Channels, session.Data.ImageSize), labels.Max() + 1);
        using ViewLoader loader = session.CreateLoader(batch, options.Seed);
        using var trainer = new SupervisedTrainer(method, loader, labels, options.Training, session.Device);
        TrainingLoop.Finish(trainer);
        LayerQuality last = session.Evaluator.Measure(method).Single(quality => quality.Layer == LayerNames.Last);
        JsonLine.Write(new { Method = "supervised", Seed = seed, Linear = last.Linear!.Accuracy, Knn = last.Knn!.Accuracy, Epochs = epochs, Limit = limit, Width = width });
    }

    private sealed class SupervisedTrainer : Trainer
    {
        private readonly SupervisedEncoder method;
        private readonly IReadOnlyList<int> labels;
        private readonly Device device;
        private readonly Optimiser optimiser;
        private readonly LearningRateSchedule schedule;

        public SupervisedTrainer(
            SupervisedEncoder method, ViewLoader loader, IReadOnlyList<int> labels, TrainingOptions options, Device device)
            : base(loader)
        {
            (this.method, this.labels, this.device, TotalSteps) = (method, labels, device, (long)StepsPerEpoch * options.Epochs);
            optimiser = Optimiser.Create("adam", method.named_parameters(), 0, 0);
            schedule = new LearningRateSchedule(options.PeakLearningRate(), (long)(options.WarmUp * TotalSteps), TotalSteps);
            method.train();
        }

        public override long TotalSteps { get; }

        public override void Dispose() => optimiser.Dispose();

        protected override StepReport Step(IEnumerable<ViewBatch> batches)
        {
            ViewBatch views = batches.Single();
            method.Labels = tensor(views.Indices.Select(index => (long)labels[index]).ToArray());
            optimiser.ZeroGradients();
            Tensor stacked = ImageTensor.FromPixels(views.Pixels, views.ViewsPerImage * views.N, views.Size, views.Channels, device);
            Tensor loss = method.Loss(Views.Pair(stacked), new TrainingProgress(State.Step, TotalSteps, Epoch, 0)).Total;
            loss.backward();
            optimiser.Step(schedule.At(State.Step));
            return new StepReport { Loss = loss.item<float>() };
        }
    }
}
