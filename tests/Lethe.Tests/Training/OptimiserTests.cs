using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Tests.Training;

[Collection(typeof(TorchCollection))]
public class OptimiserTests
{
    private const int Steps = 6;
    private const double LearningRate = 0.05;
    private const double WeightDecay = 0.1;
    private const double Momentum = 0.9;

    public static TheoryData<string> Names() => [.. Optimiser.Names];

    /// <summary>A weight of two dimensions, which is decayed and adapted, and a bias of one, which is neither.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Step_SeveralSteps_IsTheSlowReference(string name)
    {
        using var scope = NewDisposeScope();
        (string Name, Parameter Value)[] parameters = Parameters();
        using var optimiser = Optimiser.Create(name, parameters, WeightDecay, Momentum);
        SlowOptimiser[] slow =
            [.. parameters.Select(parameter => new SlowOptimiser(name, Numbers(parameter.Value), isWeight: parameter.Name == "weight"))];
        for (int step = 0; step < Steps; step++)
        {
            double rate = LearningRate * (step + 1) / Steps;
            Tensor[] gradients = Gradient(step);
            optimiser.Step(gradients, rate);
            for (int i = 0; i < parameters.Length; i++)
            {
                slow[i].Step(Numbers(gradients[i]), rate);
                double[] found = Numbers(parameters[i].Value);
                for (int j = 0; j < found.Length; j++)
                    Assert.Equal(slow[i].Values[j], found[j], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Lars_ZeroNorm_IsNotAdapted(bool zeroWeight, bool zeroGradient)
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(zeroWeight ? zeros(2, 2, dtype: ScalarType.Float64) : ones(2, 2, dtype: ScalarType.Float64));
        using var optimiser = Optimiser.Create("lars", [("weight", weight)], weightDecay: 0, momentum: 0);
        Tensor gradient = zeroGradient ? zeros_like(weight) : full_like(weight, 3);
        double before = weight[0, 0].item<double>();
        optimiser.Step([gradient], 0.1);
        Assert.Equal(before - (zeroGradient ? 0 : 0.3), weight[0, 0].item<double>(), 1e-12);
    }

    [Fact]
    public void Sgd_WithoutMomentum_KeepsNoState()
    {
        using var scope = NewDisposeScope();
        using var optimiser = Optimiser.Create("sgd", Parameters(), 0, momentum: 0);
        optimiser.Step(Gradient(0), 0.1);
        Assert.Empty(optimiser.State);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LoadState_AfterSomeSteps_GoesOnBitForBit(string name)
    {
        using var scope = NewDisposeScope();
        (string Name, Parameter Value)[] whole = Parameters(), first = Parameters(), second = Parameters();
        using var uninterrupted = Optimiser.Create(name, whole, WeightDecay, Momentum);
        using var until = Optimiser.Create(name, first, WeightDecay, Momentum);
        using var from = Optimiser.Create(name, second, WeightDecay, Momentum);
        from.Step(Gradient(99), 0.3); // what it did before is forgotten
        for (int step = 0; step < Steps; step++)
        {
            uninterrupted.Step(Gradient(step), LearningRate);
            if (step < 3)
                until.Step(Gradient(step), LearningRate);
        }

        using (no_grad())
        {
            for (int i = 0; i < second.Length; i++)
                second[i].Value.copy_(first[i].Value);
        }

        from.LoadState(until.State);
        for (int step = 3; step < Steps; step++)
            from.Step(Gradient(step), LearningRate);
        Assert.Equal(Tiny.Bits(uninterrupted.State), Tiny.Bits(from.State));
        Assert.Equal(Bits(whole), Bits(second));
        Assert.Equal(3, until.State.TryGetValue("/step", out Tensor? count) ? count.item<long>() : 3);
    }

    [Fact]
    public void LoadState_OfOtherParameters_SaysSo()
    {
        using var scope = NewDisposeScope();
        using var optimiser = Optimiser.Create("sgd", Parameters(), 0, Momentum);
        foreach (
            (
                string key,
                Tensor value) in new[] { ("other/momentum", ones(3)), ("weight/momentum", ones(3)), ("weight/momentum", tensor(1.0)),
                ("weight", ones(2, 3)) })
        {
            string message = Assert.Throws<RunException>(
                () => optimiser.LoadState(new Dictionary<string, Tensor> { [key] = value })).Message;
            Assert.Contains($"'{key}'", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_NoGradient_LeavesTheParameter(string name)
    {
        using var scope = NewDisposeScope();
        (string Name, Parameter Value)[] parameters = Parameters();
        using var optimiser = Optimiser.Create(name, parameters, WeightDecay, Momentum);
        double[] before = Numbers(parameters[0].Value);
        optimiser.Step([null, ones(3, dtype: ScalarType.Float64)], LearningRate);
        Assert.Equal(before, Numbers(parameters[0].Value));
        Assert.NotEqual(0, parameters[1].Value[0].item<double>());
    }

    [Fact]
    public void Step_GradientsOfBackward_AreUsedAndForgotten()
    {
        using var scope = NewDisposeScope();
        (string Name, Parameter Value)[] parameters = Parameters();
        parameters[1].Value.requires_grad = false;
        using var optimiser = Optimiser.Create("sgd", parameters, 0, 0);
        Assert.Equal(["weight"], optimiser.Parameters.Select(parameter => parameter.Name));
        Tensor expected = parameters[0].Value.detach().clone() - 0.1 * 2;
        (parameters[0].Value * 2).sum().backward();
        optimiser.Step(0.1);
        Assert.True(Tiny.RelativeError([parameters[0].Value], [expected]) < 1e-14);
        optimiser.ZeroGradients();
        Assert.Equal(0, Tiny.Value(parameters[0].Value.grad!.abs().sum()));
        Assert.Throws<ArgumentException>(() => optimiser.Step([null, null], 0.1));
    }

    [Fact]
    public void Create_UnknownName_ListsThem() =>
        Assert.Contains(
            "sgd, adam, adamw, lars",
            Assert.Throws<InvalidOptionException>(() => Optimiser.Create("rmsprop", [], 0, 0)).Message,
            StringComparison.Ordinal);

    private static (string Name, Parameter Value)[] Parameters() =>
        [("weight", new Parameter(Tiny.Gaussian(1, 2, 3))), ("bias", new Parameter(Tiny.Gaussian(2, 3)))];

    private static Tensor[] Gradient(int step) => [Tiny.Gaussian((ulong)(10 + step), 2, 3), Tiny.Gaussian((ulong)(50 + step), 3)];

    private static double[] Numbers(Tensor tensor) => tensor.detach().reshape(-1).data<double>().ToArray();

    private static SortedDictionary<string, string> Bits((string Name, Parameter Value)[] parameters) =>
        Tiny.Bits(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, (Tensor)parameter.Value)));

    /// <summary>The four optimisers as loops over doubles, from their papers' equations.</summary>
    private sealed class SlowOptimiser(string name, double[] values, bool isWeight)
    {
        private readonly double[] first = new double[values.Length];
        private readonly double[] second = new double[values.Length];
        private int step;

        public double[] Values => values;

        public void Step(double[] gradient, double rate)
        {
            step++;
            double[] direction = [.. gradient];
            double decay = isWeight ? WeightDecay : 0;
            for (int i = 0; i < values.Length; i++)
            {
                if (name == "adamw")
                    values[i] -= rate * decay * values[i];
                else
                    direction[i] += decay * values[i];
            }

            double trust = 1;
            if (name == "lars" && isWeight)
                trust = 1e-3 * Math.Sqrt(values.Sum(v => v * v)) / Math.Sqrt(direction.Sum(d => d * d));
            for (int i = 0; i < values.Length; i++)
            {
                if (name is "sgd" or "lars")
                {
                    first[i] = Momentum * first[i] + trust * direction[i];
                    values[i] -= rate * first[i];
                    continue;
                }

                first[i] = 0.9 * first[i] + 0.1 * direction[i];
                second[i] = 0.999 * second[i] + 0.001 * direction[i] * direction[i];
                double mean = first[i] / (1 - Math.Pow(0.9, step)), square = second[i] / (1 - Math.Pow(0.999, step));
                values[i] -= rate * mean / (Math.Sqrt(square) + 1e-8);
            }
        }
    }
}
