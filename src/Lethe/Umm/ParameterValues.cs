using Lethe.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>Values that parameters had, so that they can be moved away and brought back bit for bit.</summary>
internal sealed class ParameterValues : IDisposable
{
    private readonly IReadOnlyList<Parameter> parameters;
    private readonly List<Tensor> values;

    public ParameterValues(IReadOnlyList<Parameter> parameters)
    {
        this.parameters = parameters;
        values = [.. parameters.Select(parameter => parameter.detach().clone())];
    }

    /// <summary>φ ← φ + factor·direction.</summary>
    public void Shift(IReadOnlyList<Tensor> direction, double factor)
    {
        using IDisposable frozen = no_grad();
        for (int i = 0; i < parameters.Count; i++)
        {
            parameters[i].Plus_(direction[i], factor);
        }
    }

    /// <summary>Brings the values back.</summary>
    public void Restore()
    {
        using IDisposable frozen = no_grad();
        for (int i = 0; i < parameters.Count; i++)
        {
            parameters[i].copy_(values[i]);
        }
    }

    public void Dispose() => values.ForEach(value => value.Dispose());
}
