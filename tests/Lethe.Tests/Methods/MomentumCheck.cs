using Lethe.Methods;
using Lethe.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

/// <summary>What the tests of methods with constant targets share.</summary>
internal static class MomentumCheck
{
    /// <summary>
    /// The gradient by two inputs is the central differences of a slow loss, and none reaches the constants. Cosines in one
    /// dimension have no gradient, and rows near zero one too steep for differences: these are passed over.
    /// </summary>
    public static void Gradient(
        Tensor loss, Tensor first, Tensor second, Func<double[,], double[,], double> slow, double[,] x, double[,] y,
        params Tensor[] constants)
    {
        Assert.All(Gradients.Of(loss, [first, .. constants]).Skip(1), gradient => Assert.Equal(0, Tiny.Value(gradient.abs().max())));
        if (x.GetLength(1) == 1 || Tiny.Value(cat([first, second]).norm(1).min()) < 0.1)
            return;
        double[] expected = SlowLoss.Gradient(slow, x, y);
        double[] found = [.. Gradients.Of(loss, [first, second]).SelectMany(gradient => gradient.contiguous().data<double>().ToArray())];
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < found.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])));
    }

    public static double[,] Rows(Tensor matrix)
    {
        double[,] rows = new double[matrix.shape[0], matrix.shape[1]];
        Buffer.BlockCopy(matrix.detach().contiguous().data<double>().ToArray(), 0, rows, 0, rows.Length * sizeof(double));
        return rows;
    }

    public static nn.Module<Tensor, Tensor> Child(SslMethod method, string name) =>
        (nn.Module<Tensor, Tensor>)method.named_children().Single(child => child.name == name).module;

    /// <summary>Moves the trained weights, as a step of an optimiser would, so that they differ from the momentum encoder's.</summary>
    public static void Disturb(SslMethod method)
    {
        using IDisposable frozen = no_grad();
        ulong seed = 100;
        foreach (var parameter in method.parameters().Where(parameter => parameter.requires_grad))
            parameter.add_(0.3 * Tiny.Gaussian(seed++, parameter.shape).to(parameter.dtype));
    }

    /// <summary>After a step the momentum encoder is τ of its past and 1 − τ of the trained network; nothing else has moved.</summary>
    public static void FollowsAt(SslMethod method, double rate, TrainingProgress progress)
    {
        method.to(ScalarType.Float64);
        Disturb(method);
        Dictionary<string, Tensor> before = method.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        HashSet<string> weights = [.. method.named_parameters().Select(parameter => parameter.name)];
        method.AfterStep(progress);
        int followed = 0;
        foreach ((string name, Tensor now) in method.state_dict())
        {
            Tensor expected = before[name];
            if (name.StartsWith("target.", StringComparison.Ordinal) && weights.Contains(name))
            {
                expected = rate * expected + (1 - rate) * before[name["target.".Length..]];
                followed++;
            }

            Assert.True(Tiny.Value((now - expected).abs().max()) < 1e-14, name);
        }

        Assert.True(followed > 10);
    }
}
