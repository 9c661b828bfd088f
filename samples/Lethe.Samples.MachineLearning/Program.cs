// lethe export runs/photos --out encoder.onnx
// dotnet run --project samples/Lethe.Samples.MachineLearning -- encoder.onnx labelled
using Lethe.Samples.MachineLearning;

Console.WriteLine(Invariant($"accuracy {EmbeddingPipeline.Accuracy(args[0], args[1]):P1}, in five folds"));
