using BenchmarkDotNet.Attributes;
using Lethe.Models;
using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Benchmarks.Kernels;

/// <summary>Operations of a network on 64 maps, forwards and backwards, on one thread: ours and torch's.</summary>
[Config(typeof(InProcess))]
public class MapBenchmarks : IDisposable
{
    private Conv2d? convolution;
    private BatchNormLayer? norm;
    private Tensor? input;
    private Tensor? gradient;
    private int stride;

    /// <summary>Channels, height and width, stride.</summary>
    [Params("16 32 1", "64 8 1", "128 16 1", "32 16 2")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(1);
        int[] numbers = [.. Shape.Split(' ').Select(int.Parse)];
        (int channels, int side, stride) = (numbers[0], numbers[1], numbers[2]);
        convolution = nn.Conv2d(channels, channels, 3, stride, 1, bias: false);
        norm = new BatchNormLayer(channels);
        input = randn(64, side, side, channels).permute(0, 3, 1, 2).detach().requires_grad_();
        gradient = randn_like(convolution.forward(input)).detach();
    }

    [Benchmark]
    public void Convolution() => Backward(MapConvolution.Forward(convolution!, input!));

    [Benchmark]
    public void TorchConvolution() => Backward(convolution!.forward(input!));

    [Benchmark]
    public void BatchNormAndRelu() => Backward(norm!.Normalise(input!, addend: null, rectify: true, consume: false));

    [Benchmark]
    public void TorchBatchNormAndRelu() =>
        Backward(
            nn.functional
                .batch_norm(
                    input!, norm!.get_buffer("running_mean")!, norm.get_buffer("running_var")!, norm.Scale, norm.Shift,
                    training: true).relu_());

    public void Dispose()
    {
        convolution?.Dispose();
        norm?.Dispose();
        input?.Dispose();
        gradient?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Backward(Tensor output)
    {
        using var scope = NewDisposeScope();
        using (output)
            autograd.backward([output], [output.shape.SequenceEqual(gradient!.shape) ? gradient : ones_like(output)]);
        input!.grad = null;
    }
}
