using System.Diagnostics;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Benchmarks;

/// <summary>ΔR of the instance partition with its gradient, and of a label partition, on the features that seed 0 gives in torch.</summary>
internal static class CodingRateTime
{
    private const double ShortestSeconds = 0.5;
    private const int Labels = 10;

    public static void Measure(int n, int d, int threads, int repeats)
    {
        set_num_threads(threads);
        manual_seed(0);
        using Tensor Z = randn(2 * n, d, requires_grad: true); // [2N, D]
        double instanceValue = 0, labelValue = 0;
        double instanceSeconds = Median(repeats, () =>
        {
            using var scope = NewDisposeScope();
            Tensor reduction = CodingRate.InstanceReduction(Z.narrow(0, 0, n), Z.narrow(0, n, n), CodingRate.DefaultEpsilonSquared);
            reduction.backward();
            Z.grad!.zero_();
            instanceValue = reduction.item<float>();
        });
        int[] labels = [.. Enumerable.Range(0, 2 * n).Select(i => i % Labels)];
        double labelSeconds = Median(
            repeats, () => labelValue = CodingRate.MeasureLabels(Z.detach(), labels, CodingRate.DefaultEpsilonSquared).Reduction);
        JsonLine.Write(new
        {
            N = n,
            D = d,
            Threads = threads,
            InstanceSeconds = instanceSeconds,
            InstanceValue = instanceValue,
            LabelSeconds = labelSeconds,
            LabelValue = labelValue,
        });
    }

    // A call of two milliseconds is repeated for long enough to see the machine as it is on average.
    private static double Median(int repeats, Action work)
    {
        work();
        var seconds = new List<double>();
        long begun = Stopwatch.GetTimestamp();
        while (seconds.Count < repeats || Stopwatch.GetElapsedTime(begun).TotalSeconds < ShortestSeconds)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }
}
