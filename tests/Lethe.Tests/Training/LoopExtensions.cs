using Lethe.Training;

namespace Lethe.Tests.Training;

/// <summary>Runs the loop as a run does, with what a test does at each moment.</summary>
internal static class LoopExtensions
{
    public static void Train(
        this MethodTrainer trainer,
        Action<int, IReadOnlyList<(string Name, double Mean)>>? evaluate = null,
        Action? save = null,
        Action<TrainingMoment.StepTaken>? stepped = null,
        Action<int, IReadOnlyList<(string Name, double Mean)>>? note = null,
        Func<int, bool>? begin = null,
        CancellationToken cancellation = default)
    {
        try
        {
            foreach (TrainingMoment moment in TrainingLoop.Run(trainer, minutesBetweenSaves: 5, cancellation))
            {
                switch (moment)
                {
                    case TrainingMoment.EvaluationDue due: evaluate?.Invoke(trainer.Now, due.Means); break;
                    case TrainingMoment.NoteDue due: note?.Invoke(trainer.Now, due.Means); break;
                    case TrainingMoment.SaveDue: save?.Invoke(); break;
                    case TrainingMoment.StepTaken step: stepped?.Invoke(step); break;
                    case TrainingMoment.EpochBegins epoch:
                        if (begin?.Invoke(epoch.Epoch) == false)
                            return;
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            save?.Invoke();
            throw;
        }
    }
}
