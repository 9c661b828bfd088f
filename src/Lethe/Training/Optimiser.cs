using Lethe.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>
/// Steps over named parameters. Its state is tensors by name, so that a checkpoint holds it like any weight; the
/// learning rate is given at each step, so that schedules need no state. Parameters of one dimension or less (biases,
/// batch-norm) are not decayed.
/// </summary>
/// <remarks>
/// TorchSharp's own optimisers key their state by native handle and cannot give it back bit for bit in all cases, and
/// there is no LARS among them.
/// </remarks>
internal abstract class Optimiser : IDisposable
{
    /// <summary>Names that <see cref="Create"/> takes.</summary>
    public static readonly IReadOnlyList<string> Names = ["sgd", "adam", "adamw", "lars"];

    private readonly Dictionary<string, Tensor> state = [];

    /// <summary>Takes the parameters that require a gradient.</summary>
    /// <param name="parameters">Parameters by name; names are unique.</param>
    private protected Optimiser(IEnumerable<(string Name, Parameter Value)> parameters)
    {
        Parameters = [.. parameters.Where(parameter => parameter.Value.requires_grad)];
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    /// <summary>The state: a name is the parameter's, a slash, and the slot.</summary>
    public IReadOnlyDictionary<string, Tensor> State => state;

    /// <summary>Whether a step leaves anything behind that the next one needs.</summary>
    public abstract bool HasState { get; }

    /// <summary>Creates an optimiser by name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="parameters">Parameters by name.</param>
    /// <param name="weightDecay">Decay of weights.</param>
    /// <param name="momentum">Momentum of sgd and lars.</param>
    /// <returns>The optimiser.</returns>
    public static Optimiser Create(
        string name, IEnumerable<(string Name, Parameter Value)> parameters, double weightDecay, double momentum) => name switch
    {
        "sgd" => new Sgd(parameters, weightDecay, momentum),
        "adam" => new Adam(parameters, weightDecay, decoupled: false),
        "adamw" => new Adam(parameters, weightDecay, decoupled: true),
        "lars" => new Lars(parameters, weightDecay, momentum),
        _ => throw new InvalidOptionException($"--optimiser '{name}' is unknown. Use one of {string.Join(", ", Names)}."),
    };

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGradients()
    {
        foreach ((_, Parameter parameter) in Parameters)
        {
            parameter.grad?.zero_();
        }
    }

    /// <summary>Moves the parameters along the gradients that backward left; a parameter without one stays.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    public void Step(double learningRate) => Step(_ => learningRate);

    /// <summary>Moves the parameters along the gradients that backward left, each at a rate of its own.</summary>
    /// <param name="learningRate">The rate of this step for a parameter's name.</param>
    public void Step(Func<string, double> learningRate)
    {
        using var scope = NewDisposeScope();
        Step([.. Parameters.Select(parameter => parameter.Value.grad)], learningRate);
    }

    /// <summary>Moves the parameters along given gradients.</summary>
    /// <param name="gradients">One for each of <see cref="Parameters"/>, of its shape; null leaves the parameter as it is.</param>
    /// <param name="learningRate">The rate of this step.</param>
    public void Step(IReadOnlyList<Tensor?> gradients, double learningRate) => Step(gradients, _ => learningRate);

    private void Step(IReadOnlyList<Tensor?> gradients, Func<string, double> learningRate)
    {
        if (gradients.Count != Parameters.Count)
            throw new ArgumentException($"Expected {Parameters.Count} gradients, found {gradients.Count}.", nameof(gradients));
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        BeginStep();
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is { } gradient)
                Update(Parameters[i].Name, Parameters[i].Value, gradient, learningRate(Parameters[i].Name));
        }
    }

    /// <summary>Takes back what <see cref="State"/> gave, and forgets what was there.</summary>
    /// <param name="saved">State of an optimiser of the same kind over the same parameters.</param>
    /// <exception cref="RunException">A tensor belongs to no parameter, or has another shape; nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        var owners = Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        foreach ((string key, Tensor value) in saved)
        {
            // A slot of no parameter, such as the count of steps, begins with the slash.
            int slash = key.LastIndexOf('/');
            bool fits = slash == 0
                || (slash > 0 && owners.TryGetValue(key[..slash], out Parameter? owner) && owner.shape.SequenceEqual(value.shape));
            if (!fits)
                throw new RunException($"The checkpoint's optimiser state '{key}' fits no parameter of this network. It was written with "
                    + "other options: start a new run.");
        }

        var copies = saved.ToDictionary(pair => pair.Key, pair => pair.Value.clone().DetachFromDisposeScope());
        Clear();
        foreach ((string key, Tensor value) in copies)
        {
            state[key] = value;
        }
    }

    /// <summary>Forgets its state, as if no step had been taken.</summary>
    public void StartAnew() => Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>Called once before the parameters of a step.</summary>
    private protected abstract void BeginStep();

    /// <summary>Moves one parameter, in place.</summary>
    private protected abstract void Update(string name, Parameter parameter, Tensor gradient, double learningRate);

    /// <summary>A tensor of the state, made at first use; it outlives the scope of a step.</summary>
    private protected Tensor Slot(string key, Func<Tensor> create)
    {
        if (!state.TryGetValue(key, out Tensor? tensor))
        {
            tensor = create().DetachFromDisposeScope();
            state[key] = tensor;
        }

        return tensor;
    }

    /// <summary>Whether weight decay and LARS' adaptation apply: not to biases and batch-norm.</summary>
    private protected static bool IsWeight(Tensor parameter) => parameter.dim() > 1;

    private void Clear()
    {
        foreach (Tensor tensor in state.Values)
        {
            tensor.Dispose();
        }

        state.Clear();
    }
}
