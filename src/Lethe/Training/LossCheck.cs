using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>Stops training where a loss, or what the weights give, is not finite any more, in words that say what to do.</summary>
internal static class LossCheck
{
    /// <summary>What helps pre-training.</summary>
    public const string OfPretraining = "Lower --learning-rate, lengthen --warm-up, or raise --batch-size";

    /// <summary>What helps an undo and its control.</summary>
    public const string OfUndo = "Lower --inner-learning-rate and --outer-learning-rate, or --alpha and --beta";

    private const string Checkpoint = "the last checkpoint is from before this step.";

    /// <summary>Checks a loss and its terms.</summary>
    /// <param name="loss">What the method said.</param>
    /// <param name="place">Where in training, as "epoch 3, step 120".</param>
    /// <param name="advice">What helps.</param>
    /// <exception cref="TrainingException">The loss is not finite.</exception>
    public static void RequireFinite(MethodLoss loss, string place, string advice)
    {
        if (IsFinite(loss.Total))
            return;
        string[] terms = [.. loss.Terms.Where(term => !IsFinite(term.Value))
            .Select(term => Invariant($"'{term.Name}' is {term.Value.Value()}"))];
        string found = terms.Length == 0
            ? Invariant($"the sum of its terms is {loss.Total.Value()}")
            : string.Join(", ", terms);
        bool features = loss.Features.isfinite().all().item<bool>();
        throw Diverged($"The loss is not finite at {place}: {found}; the backbone's features "
            + $"{(features ? "are finite" : "are not finite either")}. {advice}; {Checkpoint}");
    }

    /// <summary>Checks a loss of a training that has no checkpoints.</summary>
    /// <exception cref="TrainingException">It is not finite.</exception>
    public static void RequireFinite(Tensor loss, string place, string advice)
    {
        if (!IsFinite(loss))
            throw Diverged(Invariant($"The loss is not finite at {place}: it is {loss.Value()}. {advice}."));
    }

    /// <summary>
    /// Checks what the weights give, which may be infinite where the loss is not: in evaluation batch-norm has other statistics.
    /// </summary>
    /// <param name="features">Features, or embeddings.</param>
    /// <param name="what">What they are, as "features of layer4".</param>
    /// <param name="place">Where in training.</param>
    /// <param name="advice">What helps.</param>
    /// <exception cref="TrainingException">They are not finite.</exception>
    public static void RequireFinite(Tensor features, string what, string place, string advice)
    {
        if (!features.isfinite().all().item<bool>())
        {
            throw Diverged(
                $"The {what} are not finite at {place}: training has diverged, though the loss is finite. {advice}; {Checkpoint}");
        }
    }

    /// <summary>Checks what a checkpoint is to hold: from numbers that are none, training would go on and learn nothing.</summary>
    /// <param name="tensors">Weights, statistics and the state of optimisers, by name.</param>
    /// <param name="state">Where training stands.</param>
    /// <exception cref="TrainingException">One of them is not finite.</exception>
    public static void RequireFinite(IReadOnlyDictionary<string, Tensor> tensors, TrainingState state)
    {
        foreach ((string name, Tensor value) in tensors)
        {
            if (!value.is_floating_point() || value.isfinite().all().item<bool>())
                continue;
            throw Diverged(
                Invariant($"'{name}' is not finite after {state.Epoch:0.##} epochs, step {state.Step}: training has diverged, though the ")
                    + "loss is finite. Bring learning rates, temperatures and weights of losses nearer to their defaults; the last "
                    + "checkpoint is from before this step.");
        }
    }

    private static TrainingException Diverged(string message) => new(message) { Diverged = true };

    private static bool IsFinite(Tensor value) => double.IsFinite(value.Value());
}
