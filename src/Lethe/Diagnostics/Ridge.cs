using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// Ridge regression at every strength at once: standardised features and centred targets (of classes, their indicators), decomposed so that
/// W(λ) = Basis · diag(1/(Λ + λn)) · Coefficients.
/// </summary>
internal sealed record Ridge(
    Standardisation Standard, Tensor Basis, Tensor Eigenvalues, Tensor Coefficients, Tensor Intercept, long Rows)
{
    /// <summary>For classes [n].</summary>
    public static Ridge Decompose(Tensor features, Tensor indices, int classes) =>
        Fit(features, nn.functional.one_hot(indices, classes).to(ScalarType.Float64)); // [n, c]

    /// <summary>For targets [n, c].</summary>
    public static Ridge Fit(Tensor features, Tensor targets)
    {
        var standard = Standardisation.Of(features);
        Tensor X = standard.Apply(features); // [n, d]
        Tensor intercept = targets.mean([0]); // [c]
        Tensor Y = targets - intercept;
        if (X.size(1) <= X.size(0))
        {
            (Tensor eigenvalues, Tensor vectors) = linalg.eigh(X.t().matmul(X)); // [d], [d, d]
            return new Ridge(standard, vectors, eigenvalues.AtLeast(0), vectors.t().matmul(X.t().matmul(Y)), intercept, X.size(0));
        }
        else
        {
            (Tensor eigenvalues, Tensor vectors) = linalg.eigh(X.matmul(X.t())); // [n], [n, n]
            return new Ridge(standard, X.t().matmul(vectors), eigenvalues.AtLeast(0), vectors.t().matmul(Y), intercept, X.size(0));
        }
    }

    /// <summary>Rows [m, d] in the basis of the eigenvectors: what does not depend on the strength.</summary>
    public Tensor Project(Tensor features) => Standard.Apply(features).matmul(Basis); // [m, r]

    /// <summary>Scores [m, c] of projected rows.</summary>
    public Tensor Score(Tensor projected, double strength) =>
        projected.matmul(Coefficients / Eigenvalues.Plus(strength * Rows).unsqueeze(1)).Plus(Intercept); // [m, c]

    /// <summary>Classes [m] of projected rows.</summary>
    public Tensor Predict(Tensor projected, double strength) => Score(projected, strength).argmax(1);
}
