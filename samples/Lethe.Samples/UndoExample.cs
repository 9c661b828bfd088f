using Lethe.Evaluation.Protocols;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Samples;

/// <summary>
/// A program that goes on where the README's ends: it undoes, evaluates, and runs a protocol of its own beside one of the library.
/// </summary>
internal static class UndoExample
{
    public static IReadOnlyList<EvaluationRecord> Run()
    {
        TorchRuntime.Prepare();
        ProtocolRegistry.Add(NearestMean.Entry);
        (RunDirectory run, Session session) = Pretraining.Resume("runs/photos", new Machine { Threads = 2 });
        Undoing.Run(run, session, new UmmOptions { Split = "layer2" }, name: null, seed: 0, resume: true, command: "from my program");
        Evaluating.Update(run, session);
        return ProtocolEvaluation.Run(run, session, $"linear,{NearestMean.Entry.Name}", new ProtocolRunOptions { FitImages = 5000 });
    }
}
