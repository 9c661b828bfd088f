// A program with a method and a protocol of its own: they are trained, undone, evaluated and reported as the library's are.
using Lethe.Data;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Samples;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

TorchRuntime.Prepare();
MethodRegistry.Add(AlignUniform.Entry);
ProtocolRegistry.Add(NearestMean.Entry);

// Small, so that it takes some seconds: images that come with the library, a thin network, few steps.
var options = new RunOptions
{
    Data = new DataOptions { Limit = 200, ProbeImages = 100, TestImages = 100 },
    Backbone = new BackboneOptions { Backbone = "resnet10", Width = 8 },
    Method = AlignUniform.Entry.Name,
    MethodOptions = new AlignUniformOptions { ProjectorHidden = 64, ProjectorOutput = 32 },
    Training = new TrainingOptions { Epochs = 2, BatchSize = 32, EvaluateEvery = 2 },
};
string path = args is [string given] ? given : "runs/own-method";
(RunDirectory run, Session session) = Pretraining.Start(options, new Machine(), path, command: "the sample");
Undoing.Run(run, session, new UmmOptions { Iterations = 5 }, name: null, seed: 0, resume: true, command: "the sample");
foreach (EvaluationRecord record in ProtocolEvaluation.Run(run, session, $"knn,{NearestMean.Entry.Name}"))
    Console.WriteLine(Invariant($"{record.Stage,-9} {record.Layer,-9} {record.Protocol,-12} {record.Measure} {record.Value:P1}"));
