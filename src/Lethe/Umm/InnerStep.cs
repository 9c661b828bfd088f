using Lethe.Numerics;
using Lethe.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>The step of level one, which moves the parameters φ where they stand.</summary>
internal sealed class InnerStep : IDisposable
{
    /// <summary>φ′ = φ − η₁g.</summary>
    public const string Sgd = "sgd";

    /// <summary>φ′ = φ − η₁·(‖φ‖/‖g‖)·g: the same relative step for every method.</summary>
    public const string Normalised = "normalised";

    /// <summary>Adam's, with state of its own.</summary>
    public const string Adam = "adam";

    /// <summary>Names that an option can have.</summary>
    public static readonly IReadOnlyList<string> Names = [Sgd, Normalised, Adam];

    private readonly UmmOptions options;
    private readonly IReadOnlyList<Parameter> parameters;

    /// <summary>Prepares the step.</summary>
    /// <param name="options">Its kind and η₁.</param>
    /// <param name="parameters">φ, by name.</param>
    public InnerStep(UmmOptions options, IReadOnlyList<(string Name, Parameter Value)> parameters)
    {
        this.options = options;
        this.parameters = [.. parameters.Select(parameter => parameter.Value)];
        if (options.InnerStep == Adam)
            Optimiser = Optimiser.Create(Adam, parameters, weightDecay: 0, momentum: 0);
    }

    /// <summary>What has state that a checkpoint must hold; null where nothing has.</summary>
    public Optimiser? Optimiser { get; }

    /// <summary>Moves φ to φ′.</summary>
    /// <param name="gradient">∇L₁, one tensor for each of φ.</param>
    /// <returns>η, where φ′ = φ − η∇L₁; for Adam, whose steps have another direction, η₁.</returns>
    public double Take(IReadOnlyList<Tensor> gradient)
    {
        if (Optimiser is not null)
        {
            Optimiser.Step([.. gradient], options.InnerLearningRate);
            return options.InnerLearningRate;
        }

        double rate = options.InnerLearningRate;
        if (options.InnerStep == Normalised)
        {
            double length = TensorArithmetic.Length(gradient);
            rate = length > 0 ? rate * TensorArithmetic.Length(parameters) / length : 0;
        }

        using IDisposable frozen = no_grad();
        for (int i = 0; i < parameters.Count; i++)
            parameters[i].Plus_(gradient[i], -rate);
        return rate;
    }

    /// <inheritdoc/>
    public void Dispose() => Optimiser?.Dispose();
}
