using static TorchSharp.torch;

namespace Lethe.Models;

/// <summary>
/// Columns of mean 0 and variance 1, x̂ = (X − μ)·r with r = (σ² + ε)^−½ over the rows: what batch-norm does before its affine map.
/// First and second derivatives are written out, in about ten passes over the data where torch's batch-norm takes many times
/// more for its second; a third is not to be had from it.
/// </summary>
/// <remarks>
/// <para>With m(·) the mean over rows, the first derivative along v is r·Pv, where Pv = v − m(v) − x̂·m(x̂v).</para>
/// <para>
/// For S = ⟨u, r·Pv⟩ with a = m(x̂u), b = m(x̂v): ∂S/∂v = r·Pu, and
/// ∂S/∂X = −r²·[ x̂·(m(uv) − m(u)m(v) − 3ab) + b·(u − m(u)) + a·(v − m(v)) ], from ∂r/∂X = −r²x̂/M and ∂x̂ = r·P∂X.
/// </para>
/// </remarks>
internal sealed class StandardisedRows : autograd.SingleTensorFunction<StandardisedRows>
{
    /// <inheritdoc/>
    public override string Name => nameof(StandardisedRows);

    /// <summary>x̂.</summary>
    /// <param name="rows">X, [M, C].</param>
    /// <param name="epsilon">ε.</param>
    /// <returns>[M, C].</returns>
    public static Tensor Of(Tensor rows, double epsilon) => apply(rows, epsilon);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var rows = (Tensor)vars[0];
        Tensor mean = rows.mean([0]); // [C]
        Tensor centred = rows - mean;
        Tensor rate = (centred.square().mean([0]) + (double)vars[1]).rsqrt_(); // [C]
        ctx.save_for_backward([rows, mean.MoveToOuterDisposeScope(), rate.MoveToOuterDisposeScope()]);
        return centred.mul_(rate).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        List<Tensor> saved = ctx.get_saved_variables();
        return [Derivative.Along(saved[0], grad_output, saved[1], saved[2]), null!];
    }

    private static Tensor Standardised(Tensor rows, Tensor mean, Tensor rate) => (rows - mean).mul_(rate);

    // r·Pv.
    private static Tensor Projected(Tensor direction, Tensor standardised, Tensor rate)
    {
        Tensor along = (standardised * direction).mean([0]); // [C]
        return (direction - direction.mean([0])).sub_(standardised * along).mul_(rate);
    }

    /// <summary>The first derivative, as a function of the rows and of the direction that can be differentiated by both.</summary>
    private sealed class Derivative : autograd.SingleTensorFunction<Derivative>
    {
        public override string Name => "StandardisedRowsDerivative";

        public static Tensor Along(Tensor rows, Tensor direction, Tensor mean, Tensor rate) => apply(rows, direction, mean, rate);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            using var scope = NewDisposeScope();
            Tensor[] tensors = [.. vars.Cast<Tensor>()];
            ctx.save_for_backward([.. tensors]);
            (Tensor rows, Tensor direction, Tensor mean, Tensor rate) = (tensors[0], tensors[1], tensors[2], tensors[3]);
            return Projected(direction, Standardised(rows, mean, rate), rate).MoveToOuterDisposeScope();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var scope = NewDisposeScope();
            List<Tensor> saved = ctx.get_saved_variables();
            (Tensor u, Tensor v, Tensor rate) = (grad_output, saved[1], saved[3]);
            Tensor x = Standardised(saved[0], saved[2], rate);
            Tensor meanU = u.mean([0]), meanV = v.mean([0]), a = (x * u).mean([0]), b = (x * v).mean([0]); // [C]
            Tensor own = (u * v).mean([0]) - meanU * meanV - 3 * a * b;
            Tensor byRows = (x * own).add_((u - meanU).mul_(b)).add_((v - meanV).mul_(a)).mul_(-rate.square());
            Tensor byDirection = (u - meanU).sub_(x * a).mul_(rate);
            return [byRows.MoveToOuterDisposeScope(), byDirection.MoveToOuterDisposeScope(), null!, null!];
        }
    }
}
