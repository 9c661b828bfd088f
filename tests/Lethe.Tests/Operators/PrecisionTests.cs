using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Tests.Methods;
using Lethe.Training;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

/// <summary>What bf16 changes, on a processor.</summary>
[Collection(typeof(TorchCollection))]
public sealed class PrecisionTests : IDisposable
{
    private static readonly TrainingProgress start = new(0, 100, 0, 1);

    public void Dispose() => OperatorSwitch.ChoosePrecision(OperatorSwitch.Float32);

    /// <summary>A product of rounded factors, summed in float32 and rounded: each element of the output and of both gradients.</summary>
    [Theory]
    [InlineData(3, 16, 3, 1, 8)]
    [InlineData(16, 32, 3, 2, 9)]
    [InlineData(32, 16, 1, 1, 5)]
    [InlineData(3, 8, 7, 2, 20)]
    public void Convolution_InHalves_IsWithinTheRoundingOfItsTerms(int from, int to, int kernel, int stride, int size)
    {
        using var scope = NewDisposeScope();
        Tensor input = Tiny.Gaussian(1, 4, from, size, size), weight = Tiny.Gaussian(2, to, from, kernel, kernel);
        Tensor[] exact = WithGradients(input, weight), sizes = WithGradients(input.abs(), weight.abs(), ofSizes: true);
        OperatorSwitch.ChoosePrecision(OperatorSwitch.BFloat16);
        Tensor[] half = WithGradients(input.to(ScalarType.Float32), weight.to(ScalarType.Float32));

        // Half a unit in the last of 8 bits for either factor and for the result; the sums in float32 are finer by far.
        double bound = 3.1 * Math.ScaleB(1, -8);
        for (int i = 0; i < exact.Length; i++)
        {
            Tensor excess = (half[i].to(ScalarType.Float64) - exact[i]).abs() - sizes[i] * bound;
            Assert.True(excess.max().item<double>() <= 0, $"{i}: {excess.max().item<double>()}");
            Assert.True((half[i].to(ScalarType.Float64) - exact[i]).abs().max().item<double>() > 0);
        }

        // Output, gradient of the input, gradient of the weight.
        Tensor[] WithGradients(Tensor x, Tensor w, bool ofSizes = false)
        {
            (x, w) = (x.alias().requires_grad_(), w.alias().requires_grad_());
            Tensor output = MapConvolution.Forward(x, w, null, stride, kernel / 2);
            Tensor direction = Tiny.Gaussian(3, output.shape).to(output.dtype);
            return [output, .. Gradients.Of((output * (ofSizes ? direction.abs() : direction)).sum(), [x, w])];
        }
    }

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Loss_InHalves_IsAsNearThatOfFloat32AsRoundedWeightsAre(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method(name);
        (double single, Tensor gradient) = Step(OperatorSwitch.Float32);
        (double half, Tensor rounded) = Step(OperatorSwitch.BFloat16);
        Assert.NotEqual(single, half);
        Assert.Equal(single, half, 0.03 * Math.Max(1, Math.Abs(single)));
        Assert.Equal(ScalarType.Float32, rounded.dtype);

        // How much rounding does depends on the network, whose batch-norm over few pixels amplifies it: weights that are rounded alone, in
        // float32 for the rest, say how much. A convolution rounds at six places: input, weight and output, and the gradient of each.
        using (no_grad())
        {
            foreach (Tensor weight in method.parameters().Where(parameter => parameter.dim() == 4))
                weight.copy_(weight.to(ScalarType.BFloat16).to(ScalarType.Float32));
        }

        (_, Tensor nearby) = Step(OperatorSwitch.Float32);
        Assert.InRange(Away(rounded), 0, Math.Min(1, 6 * Away(nearby)));

        double Away(Tensor other) => Tiny.Value((other - gradient).norm() / gradient.norm());

        (double, Tensor) Step(string precision)
        {
            OperatorSwitch.ChoosePrecision(precision);
            using BatchNormStatistics held = BatchNormStatistics.Hold(method);
            Tensor[] parameters = [.. method.parameters().Where(parameter => parameter.requires_grad)];
            Tensor loss = method.Loss(Views.Pair(Tiny.Images(16)), start).Total;
            return (Tiny.Value(loss), cat([.. Gradients.Of(loss, parameters).Select(part => part.flatten())]));
        }
    }

    [Fact]
    public void Train_InHalves_LearnsAndKeepsWeightsInFloat32()
    {
        OperatorSwitch.ChoosePrecision(OperatorSwitch.BFloat16);
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method();
        using var optimiser = Optimiser.Create("adam", method.named_parameters(), 0, 0);
        Tensor images = Tiny.Images(8);
        Views views = Views.Pair(cat([images, images + 0.3 * Tiny.Images(8, seed: 2)]));
        var losses = new List<double>();
        for (int step = 0; step < 20; step++)
        {
            optimiser.ZeroGradients();
            MethodLoss loss = method.Loss(views, start);
            Gradients.Accumulate(loss.Total);
            optimiser.Step(3e-3);
            losses.Add(Tiny.Value(loss.Total));
        }

        Assert.True(losses[^1] < 0.8 * losses[0], string.Join(' ', losses));
        Assert.All(method.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    [Theory]
    [InlineData("first-order")]
    [InlineData("exact")]
    public void Undo_InHalves_GivesFiniteSteps(string hypergradient)
    {
        OperatorSwitch.ChoosePrecision(OperatorSwitch.BFloat16);
        using SslMethod method = Tiny.Method();
        using var loader = Tiny.Loader(20, 5);
        using var trainer = new UmmTrainer(
            method, loader, new UmmOptions { Iterations = 2, Split = "layer2", Hypergradient = hypergradient }, control: false, 3, CPU);
        TrainingLoop.Finish(trainer, TestContext.Current.CancellationToken);
        Assert.All(method.parameters(), parameter => Assert.True(parameter.isfinite().all().item<bool>()));
    }
}
