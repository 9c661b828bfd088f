using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>Stops training at the first loss that is not finite, naming the term.</summary>
internal static class LossCheck
{
    /// <summary>Checks a loss and its terms.</summary>
    /// <param name="loss">What the method said.</param>
    /// <param name="place">Where in training, as "epoch 3, step 120".</param>
    /// <exception cref="TrainingException">The loss is not finite.</exception>
    public static void RequireFinite(MethodLoss loss, string place)
    {
        if (IsFinite(loss.Total))
            return;
        string[] terms = [.. loss.Terms.Where(term => !IsFinite(term.Value))
            .Select(term => Invariant($"'{term.Name}' is {term.Value.Value()}"))];
        string found = terms.Length == 0
            ? Invariant($"the sum of its terms is {loss.Total.Value()}")
            : string.Join(", ", terms);
        bool features = loss.Features.isfinite().all().item<bool>();
        throw new TrainingException(
            $"The loss is not finite at {place}: {found}; the backbone's features {(features ? "are finite" : "are not finite either")}. "
            + "Lower --learning-rate, lengthen --warm-up, or raise --batch-size; the last checkpoint is from before this step.");
    }

    private static bool IsFinite(Tensor value) => double.IsFinite(value.Value());
}
