using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

/// <summary>What must hold of every method.</summary>
[Collection(typeof(TorchCollection))]
public class SslMethodTests
{
    private static readonly TrainingProgress start = new(0, 100, 0, 1);

    /// <summary>
    /// Methods with a stop-gradient on the weights that are trained have a gradient that is not that of their value; their own tests hold
    /// the constants.
    /// </summary>
    public static TheoryData<string> NamesWithAGradientOfTheirValue() =>
        [.. Tiny.Entries.Select(entry => entry.Name).Except(["simsiam", "swav"])];

    public static TheoryData<string, SplitPoint> NamesAndSplits() =>
        new MatrixTheoryData<string, SplitPoint>(Tiny.Entries.Select(entry => entry.Name), Enum.GetValues<SplitPoint>());

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Find_EachName_MakesAMethodThatKnowsItsName(string name)
    {
        MethodEntry entry = Tiny.Entry(name);
        using SslMethod method = entry.Create(entry.DefaultOptions, Tiny.Backbone());
        Assert.Equal(name, method.GetName());
        Assert.NotEmpty(entry.Title);
        Assert.NotEmpty(entry.Summary);
        Assert.Matches(@"^\w+ \d{4}, \d{4}\.\d{5}$", entry.Source);
        Assert.NotEmpty(entry.Needs);
        Assert.Contains("--", entry.AgainstCollapse, StringComparison.Ordinal);
        Assert.True(entry.RelativeCost > 0);
    }

    [Fact]
    public void Find_UnknownName_ListsTheMethods()
    {
        string message = Assert.Throws<InvalidOptionException>(() => MethodRegistry.Find("SimCLR")).Message;
        Assert.Contains("'SimCLR'", message, StringComparison.Ordinal);
        Assert.Contains(string.Join(", ", MethodRegistry.All.Select(entry => entry.Name)), message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Loss_AFewSteps_Falls(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method(name);
        using var optimiser = Optimiser.Create("adam", method.named_parameters(), 0, 0);
        Tensor images = Tiny.Images(8);
        Views views = Views.Pair(cat([images, images + 0.3 * Tiny.Images(8, seed: 2)]));
        var losses = new List<double>();
        for (int step = 0; step < 20; step++)
        {
            optimiser.ZeroGradients();
            MethodLoss loss = method.Loss(views, start);
            loss.Total.backward();
            optimiser.Step(3e-3);
            losses.Add(Tiny.Value(loss.Total));
        }

        Assert.True(losses[^1] < 0.8 * losses[0], string.Join(" ", losses));
    }

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Loss_Batch_ChangesNoStateButRunningStatisticsAndReachesEveryParameter(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method(name);
        SortedDictionary<string, string> before = Tiny.Bits(method);
        method.Loss(Views.Pair(Tiny.Images(8)), start).Total.backward();
        SortedDictionary<string, string> after = Tiny.Bits(method);
        Assert.All(
            before.Where(entry => after[entry.Key] != entry.Value),
            entry => Assert.Matches("running_(mean|var)|num_batches_tracked", entry.Key));
        Assert.All(
            method.named_parameters().Where(parameter => parameter.parameter.requires_grad),
            parameter => Assert.True(Tiny.Value(parameter.parameter.grad!.abs().sum()) > 0, parameter.name));
    }

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void StateDict_IntoAnotherMethod_GivesTheSameLoss(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod one = Tiny.Method(name, 1), other = Tiny.Method(name, 2);
        one.Loss(Views.Pair(Tiny.Images(8)), start);
        other.load_state_dict(one.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone()));
        Assert.Equal(Tiny.Bits(one), Tiny.Bits(other));
        one.eval();
        other.eval();
        Views views = Views.Pair(Tiny.Images(6, seed: 3));
        Assert.Equal(Tiny.Value(one.Loss(views, start).Total), Tiny.Value(other.Loss(views, start).Total));
    }

    [Theory]
    [MemberData(nameof(NamesAndSplits))]
    public void Loss_FromEarlyFeatures_IsThatFromImages(string name, SplitPoint split)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method(name);
        method.eval();
        Tensor images = Tiny.Images(6);
        MethodLoss whole = method.Loss(Views.Pair(images), start);
        MethodLoss late = method.Loss(Views.Pair(method.Backbone.ForwardTo(split, images), split), start);
        Assert.Equal(Tiny.Value(whole.Total), Tiny.Value(late.Total));
        Assert.Equal(whole.Features.data<float>().ToArray(), late.Features.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(NamesWithAGradientOfTheirValue))]
    public void Loss_DoublePrecision_HasTheGradientOfFiniteDifferences(string name)
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.DoubleMethod(name);
        using BatchNormStatistics held = BatchNormStatistics.Hold(method);
        Views views = Views.Pair(Tiny.Images(8, ScalarType.Float64));
        List<Tensor> parameters = [.. method.parameters().Where(parameter => parameter.requires_grad)];
        Tensor[] gradient = Gradients.Of(method.Loss(views, start).Total, parameters);
        Tensor[] direction = [.. parameters.Select((parameter, i) => Tiny.Gaussian((ulong)i, parameter.shape))];
        double expected = gradient.Zip(direction, (g, d) => Tiny.Value((g * d).sum())).Sum();
        const double Step = 1e-6;
        double Along(double step)
        {
            using IDisposable frozen = no_grad();
            for (int i = 0; i < parameters.Count; i++)
                parameters[i].add_(direction[i], step);
            double loss = Tiny.Value(method.Loss(views, start).Total);
            for (int i = 0; i < parameters.Count; i++)
                parameters[i].add_(direction[i], -step);
            return loss;
        }

        Assert.Equal(expected, (Along(Step) - Along(-Step)) / (2 * Step), 1e-4 * Math.Abs(expected));
    }

    [Fact]
    public void Pair_OddOrFlatBatches_AreRefused()
    {
        using var scope = NewDisposeScope();
        foreach (long[] shape in (long[][])[[3, 3, 16, 16], [0, 3, 16, 16], [4, 3, 16], [4, 8]])
            Assert.Contains(
                "[2N, C, H, W]", Assert.Throws<ArgumentException>(() => Views.Pair(ones(shape))).Message, StringComparison.Ordinal);
        Assert.Equal(
            (2, SplitPoint.Layer1),
            (Views.Pair(ones(4, 3, 16, 16), SplitPoint.Layer1).Images, Views.Pair(ones(4, 3, 16, 16), SplitPoint.Layer1).From));
    }
}
