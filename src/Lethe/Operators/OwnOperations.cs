using System.Runtime.InteropServices;
using Lethe.Numerics;
using Lethe.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// Whether operations of our own can run in this process. They rest on exports of TorchSharp's native library that are no public interface,
/// so they are used only with versions that they are tested with, where all exports are there, and after a trial on a few numbers.
/// Otherwise everything runs on torch's operations.
/// </summary>
internal static class OwnOperations
{
    /// <summary>What <see cref="GraphNode"/> and <see cref="NativeTensor"/> call.</summary>
    internal static readonly string[] Exports =
    [
        "THSAutograd_CSharpNode_ctor",
        "THSAutograd_CSharpNode_setNextEdges",
        "THSAutograd_CSharpNode_clearInputMetadata",
        "THSAutograd_CSharpNode_disposeSharedPtr",
        "THSAutograd_CSharpNode_disposeWeakPtr",
        "THSAutograd_Function_wrapOutputs",
        "THSAutograd_SavedVariable_ctor",
        "THSAutograd_SavedVariable_unpack",
        "THSAutograd_SavedVariable_dispose",
        "THSTensor_data",
        "THSTensor_new",
    ];

    // The package's range, in Directory.Packages.props.
    private static readonly Version First = new(0, 107);
    private static readonly Version FirstAfter = new(0, 108);

    private static readonly Lazy<string?> Decision = new(() => Decide(typeof(torch).Assembly.GetName().Version, HasExport, TryThem));

    /// <summary>Whether they can run: decided at the first use, after torch has loaded.</summary>
    public static bool Available => Reason is null;

    /// <summary>Why they cannot, in a sentence for people; null where they can.</summary>
    public static string? Reason => Decision.Value;

    /// <summary>Decides.</summary>
    /// <param name="version">TorchSharp's; the other two are not asked where it is outside of the range.</param>
    /// <param name="hasExport">Whether its native library has an export.</param>
    /// <param name="trial">Runs an operation; throws where its numbers are wrong.</param>
    /// <returns>The reason against, or null.</returns>
    internal static string? Decide(Version? version, Func<string, bool> hasExport, Action trial)
    {
        const string Instead = "torch's operations take the place of Lethe's own, which is slower";
        if (version is null || version < First || version >= FirstAfter)
        {
            string found = version?.ToString(3) ?? "of unknown version";
            return $"TorchSharp {found} is loaded, and Lethe is tested with {First} only: {Instead}.";
        }

        try
        {
            if (Exports.FirstOrDefault(name => !hasExport(name)) is { } missing)
                return $"TorchSharp's native library has no {missing}: {Instead}.";
            trial();
            return null;
        }
        catch (Exception error)
        {
            return $"A trial of Lethe's own operations failed ({error.Message.Split('\n')[0].TrimEnd('.')}): {Instead}.";
        }
    }

    private static bool HasExport(string name) =>
        NativeLibrary.TryGetExport(NativeLibrary.Load(TorchRuntime.LibraryName, typeof(torch).Assembly, null), name, out _);

    // On a thread of its own, where no setting of the caller's (no_grad, a dispose scope) is in force.
    private static void TryThem()
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var scope = NewDisposeScope();
                TryNode();
                TryPooledTensor();
            }
            catch (Exception thrown)
            {
                error = thrown;
            }
        });
        thread.UnsafeStart();
        thread.Join();
        if (error is not null)
            throw new InvalidOperationException(error.Message, error);
    }

    private static void TryNode()
    {
        Tensor leaf = tensor([2f], ScalarType.Float32, CPU).requires_grad_(), other = tensor([2f], ScalarType.Float32, CPU);
        Tensor cube = GraphNode.Run(
            [leaf], inputs => (inputs[0] * inputs[0] * inputs[0], inputs), (kept, gradient, _) => [gradient.Times(3) * kept[0] * kept[0]]);
        Tensor first = Gradients.Of(cube, [leaf], createGraph: true)[0];
        Tensor second = Gradients.Of(first, [leaf])[0];
        Require(cube.item<float>() == 8 && first.item<float>() == 12 && second.item<float>() == 12, "a node's output or gradient is wrong");
        nint identity = NativeTensor.Identity(leaf);
        Require(identity == NativeTensor.Identity(leaf.contiguous()), "a tensor is not known again");
        Require(identity != NativeTensor.Identity(other), "two tensors are taken for one");
    }

    private static unsafe void TryPooledTensor()
    {
        const int Many = 1 << 17;
        Tensor pooled = NativeTensor.Empty(Many);
        new Span<float>(NativeTensor.Data(pooled), Many).Fill(1);
        float* data = NativeTensor.Data(pooled);
        bool right = data[Many - 1] == 1 && pooled.sum().item<float>() == Many;
        Require(right && BlockPool.IsRented(data), "a tensor in memory of the pool is wrong");
        pooled.Dispose();
        Require(!BlockPool.IsRented(data), "the memory of a tensor does not come back");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }
}
