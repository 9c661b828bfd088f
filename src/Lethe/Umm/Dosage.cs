using Lethe.Numerics;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>
/// What a term of UMM weighs beside the method's loss, so that its gradient is a given share of the loss' gradient in length. One share is
/// then one dose for every method, however large its loss is.
/// </summary>
/// <remarks>
/// Weight = share · mean ‖∇L_ssl‖ / mean ‖∇term‖. The means run over the steps so far, the past weighing nine times the present; they are
/// constants to the gradient. A term without gradient weighs nothing.
/// </remarks>
/// <param name="state">Keeps the means, so that a checkpoint holds them.</param>
internal sealed class Dosage(TrainingState state)
{
    private const double Past = 0.9;

    /// <summary>The weight of a term, after its lengths at this step have entered the means.</summary>
    /// <param name="term">Names the term in the state.</param>
    /// <param name="share">How long its gradient is to be, in lengths of the loss' gradient.</param>
    /// <param name="loss">∇L_ssl.</param>
    /// <param name="gradient">∇term.</param>
    /// <returns>A number that is not negative where the share is not.</returns>
    public double Weigh(string term, double share, IReadOnlyList<Tensor> loss, IReadOnlyList<Tensor> gradient)
    {
        // Both means are short by the same factor at the beginning, which their ratio does not see.
        double ofLoss = Enter($"{term}/loss", TensorArithmetic.Length(loss)), ofTerm = Enter(term, TensorArithmetic.Length(gradient));
        return ofTerm > 0 ? share * ofLoss / ofTerm : 0;
    }

    private double Enter(string name, double length) =>
        state.GradientLengths[name] = Past * state.GradientLengths.GetValueOrDefault(name) + (1 - Past) * length;
}
