using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Tests.Methods;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

[Collection<TorchCollection>]
public sealed class LateLayersTests
{
    private static bool IsEarly(string name) =>
        new[] { "conv1.", "bn1.", "layer1.", "layer2." }.Any(part =>
            name.StartsWith("backbone." + part, StringComparison.Ordinal) || name.Contains(".backbone." + part, StringComparison.Ordinal));

    [Theory]
    [InlineData("simclr")]
    [InlineData("byol")]
    [InlineData("moco")]
    public void Take_AnEarlierTime_IsBitEqualInLateLayersAndHeads(string name)
    {
        using SslMethod method = Tiny.Method(name), earlier = Tiny.Method(name, seed: 2);
        Moved(earlier);
        SortedDictionary<string, string> before = Tiny.Bits(method), from = Tiny.Bits(earlier);
        LateLayers.Take(method, earlier, SplitPoint.Layer2);
        foreach ((string tensor, string bits) in Tiny.Bits(method))
            Assert.Equal(IsEarly(tensor) ? before[tensor] : from[tensor], bits);
        Assert.Contains(before, entry => IsEarly(entry.Key) && from[entry.Key] != entry.Value);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("byol")]
    public void Average_OfThree_IsTheMeanOfWeightsAndLeavesTheRest(string name)
    {
        using SslMethod method = Tiny.Method(name), one = Tiny.Method(name, seed: 2), two = Tiny.Method(name, seed: 3);
        SslMethod[] times = [Tiny.Method(name), one, two];
        Array.ForEach(times, Moved);
        SortedDictionary<string, string> before = Tiny.Bits(method);
        LateLayers.Average(method, times, SplitPoint.Layer2);
        HashSet<string> weights = [.. method.named_parameters().Select(parameter => parameter.name)];
        Dictionary<string, float[]>[] values = [.. times.Select(Values)];
        foreach ((string tensor, float[] found) in Values(method))
        {
            if (IsEarly(tensor) || !weights.Contains(tensor))
                continue;
            for (int i = 0; i < found.Length; i++)
                Assert.Equal((float)(values.Sum(time => (double)time[tensor][i]) / 3), found[i], Math.Abs(found[i]) * 1e-7f);
        }

        foreach ((string tensor, string bits) in Tiny.Bits(method))
        {
            if (IsEarly(tensor) || !weights.Contains(tensor))
                Assert.Equal(before[tensor], bits);
        }

        times[0].Dispose();
    }

    [Fact]
    public void Reestimate_AnEpoch_IsTheMeanOverItsBatchesAndLeavesTheEarlyOnes()
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader();
        SortedDictionary<string, string> before = Tiny.Bits(method);
        int told = 0;
        method.eval();
        LateLayers.Reestimate(method, loader, SplitPoint.Layer2, CPU, null, 3, done => told = done, TestContext.Current.CancellationToken);
        Assert.Equal(loader.StepsPerEpoch, told);
        Assert.Equal(
            [false, false, false, true, true], method.Backbone.PartsUpTo(SplitPoint.Layer4).Select(part => part.training));

        // The first late batch-norm, by hand: the convolution before it, and moments in double precision.
        method.eval();
        double[] mean = new double[16], variance = new double[16];
        Dictionary<string, Tensor> state = method.state_dict();
        foreach (ViewBatch batch in loader.Batches(0, 0, TestContext.Current.CancellationToken))
        {
            using var scope = NewDisposeScope();
            using IDisposable frozen = no_grad();
            Tensor images = ImageTensor.FromPixels(batch.Pixels, 2 * batch.N, batch.Size, batch.Channels, CPU);
            Tensor map = nn.functional.conv2d(
                method.Backbone.ForwardTo(SplitPoint.Layer2, images).to(ScalarType.Float64),
                state["backbone.layer3.0.conv1.weight"].to(ScalarType.Float64), strides: [2, 2], padding: [1, 1]);
            for (int channel = 0; channel < 16; channel++)
            {
                double[] values = map.select(1, channel).flatten().data<double>().ToArray();
                double middle = values.Average();
                mean[channel] += middle / loader.StepsPerEpoch;
                variance[channel] += values.Sum(x => (x - middle) * (x - middle)) / (values.Length - 1) / loader.StepsPerEpoch;
            }
        }

        Close(mean, state["backbone.layer3.0.bn1.running_mean"]);
        Close(variance, state["backbone.layer3.0.bn1.running_var"]);
        Assert.All(Tiny.Bits(method).Where(entry => IsEarly(entry.Key)), entry => Assert.Equal(before[entry.Key], entry.Value));

        static void Close(double[] expected, Tensor found) => Assert.All(
            expected.Zip(found.data<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4 * Math.Max(1, Math.Abs(pair.First))));
    }

    [Fact]
    public void Reestimate_StoppedAfterABatch_TakesNoOther()
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader();
        using var stop = new CancellationTokenSource();
        int told = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => LateLayers.Reestimate(method, loader, SplitPoint.Layer2, CPU, null, 3, done =>
        {
            told = done;
            stop.Cancel();
        }, stop.Token));
        Assert.Equal(1, told);
    }

    // Statistics that are not those of a fresh network.
    private static void Moved(SslMethod method)
    {
        method.train();
        using var scope = NewDisposeScope();
        method.Loss(Views.Pair(Tiny.Images(8)), new TrainingProgress(0, 1, 0, 0));
    }

    private static Dictionary<string, float[]> Values(SslMethod method) => method.state_dict()
        .Where(pair => pair.Value.dtype == ScalarType.Float32)
        .ToDictionary(pair => pair.Key, pair => pair.Value.detach().contiguous().data<float>().ToArray());
}
