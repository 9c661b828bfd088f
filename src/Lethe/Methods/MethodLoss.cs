using static TorchSharp.torch;

namespace Lethe.Methods;

/// <summary>What a method says of a batch.</summary>
/// <remarks>The tensors belong to whoever asked for the loss, as a rule to its dispose scope; this record disposes nothing.</remarks>
/// <param name="Total">The loss, a scalar with gradient: the sum of the terms.</param>
/// <param name="Terms">Its parts by name, as they are added, for metrics and for naming the part that is not finite.</param>
/// <param name="Features">
/// h, the backbone's pooled features of the full-size views that the loss is computed from, [v·N, d], with gradient: of
/// both (v = 2), but of the first alone (v = 1) where a method on images needs no more.
/// </param>
/// <param name="Embeddings">z, the projector's output for the same rows, [v·N, k]: what collapses if anything does.</param>
/// <param name="Commit">
/// Takes what this batch does to the method's state (keys into a queue, running moments); null where it does nothing.
/// Computing a loss changes no state, so that the passes of a bi-level step can share one batch; the one pass that
/// counts is committed, before the next loss is computed.
/// </param>
/// <param name="Warning">
/// Says what is wrong with this batch though training can go on, and what to try, or null; asked while the batch's tensors live, and
/// not of every batch. Null where a method never warns.
/// </param>
public sealed record MethodLoss(
    Tensor Total,
    IReadOnlyList<(string Name, Tensor Value)> Terms,
    Tensor Features,
    Tensor Embeddings,
    Action? Commit = null,
    Func<string?>? Warning = null);
