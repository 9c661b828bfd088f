using Lethe.Methods;
using Lethe.Models;
using Lethe.Tests.Methods;
using Lethe.Training;
using Lethe.Umm;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

/// <summary>A method in double precision, split, with a batch of early features: the bi-level problem as a trainer would pose it.</summary>
internal sealed class SmallProblem : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public SmallProblem(UmmOptions options, string name = "simclr", int images = 5, ulong seed = 0)
    {
        Options = options;
        Method = Tiny.DoubleMethod(name);
        SplitPoint split = ResNet.ParseSplit(options.Split);
        Method.train();
        foreach (var part in Method.Backbone.PartsUpTo(split))
        {
            part.eval();
            foreach (Parameter parameter in part.parameters())
                parameter.requires_grad = false;
        }

        Early = Method.Backbone.ForwardTo(split, Tiny.Images(2 * images, ScalarType.Float64)).detach().requires_grad_();
        Parameters = [.. Method.parameters().Where(parameter => parameter.requires_grad)];
        Dosage? dosage = options.Dose == UmmOptions.Share ? new Dosage(State) : null;
        Problem = new BilevelProblem(Method, Early, Parameters, new TrainingProgress(0, 1, 0, seed), options, dosage);
    }

    public UmmOptions Options { get; }

    public SslMethod Method { get; }

    public Tensor Early { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public BilevelProblem Problem { get; }

    /// <summary>Keeps the means of lengths, where shares are asked for.</summary>
    public TrainingState State { get; } = new();

    /// <summary>
    /// The slope of a function of φ along a direction of unit length, by central differences; batch-norm statistics are held.
    /// </summary>
    public double Slope(IReadOnlyList<Tensor> direction, Func<double> function, double step)
    {
        using BatchNormStatistics held = BatchNormStatistics.Hold(Method);
        double At(double distance)
        {
            using var inner = NewDisposeScope();
            using var start = new ParameterValues(Parameters);
            start.Shift(direction, distance);
            double value = function();
            start.Restore();
            return value;
        }

        return (At(step) - At(-step)) / (2 * step);
    }

    /// <summary>Φ(φ) = L₂(φ − η₁∇L₁(φ)).</summary>
    public double Whole()
    {
        using var inner = NewDisposeScope();
        using BatchNormStatistics held = BatchNormStatistics.Hold(Method);
        using var start = new ParameterValues(Parameters);
        start.Shift(Problem.LevelOneGradient("test").Gradient, -Options.InnerLearningRate);
        double value = Tiny.Value(Problem.LevelTwo("test").Total);
        start.Restore();
        return value;
    }

    public Tensor[] Direction(ulong seed) =>
        Unit([.. Parameters.Select((parameter, i) => Tiny.Gaussian((seed * 1000) + (ulong)i, parameter.shape))]);

    public static Tensor[] Unit(IReadOnlyList<Tensor> direction)
    {
        double norm = Math.Sqrt(direction.Sum(part => Tiny.Value(part.square().sum())));
        return [.. direction.Select(part => (part / norm).detach())];
    }

    public static double Dot(IReadOnlyList<Tensor> a, IReadOnlyList<Tensor> b) => a.Zip(b, (x, y) => Tiny.Value((x * y).sum())).Sum();

    public void Dispose()
    {
        Method.Dispose();
        scope.Dispose();
    }
}
