using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Ranks;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Workflow;
using TorchSharp;

namespace Lethe.Benchmarks;

/// <summary>
/// Pre-training by several ranks beside one process that has all threads, in turn, each in processes of its own; and what their calls to
/// each other cost.
/// </summary>
internal static class RankedThroughput
{
    private const int LatencyCalls = 200, GradientCalls = 5;

    /// <summary>Measures in turn, and prints what each turn gave and the ratios within turns.</summary>
    public static void Compare(string[] settings, int ranks, int threads, int repeats)
    {
        var turns = new List<(JsonElement Alone, JsonElement Together)>();
        for (int turn = 0; turn < repeats; turn++)
        {
            JsonElement alone = Run(1, threads, settings), together = Run(ranks, Math.Max(1, threads / ranks), settings);
            turns.Add((alone, together));
            Console.Error.WriteLine($"{turn + 1}/{repeats}  one process {alone}, ranks {together}");
        }

        double[] Ratios(string field) => [.. turns.Select(turn => Number(turn.Together, field) / Number(turn.Alone, field)).Order()];
        (double[] clock, double[] processor) = (Ratios("images_per_second"), Ratios("images_per_cpu_second"));
        JsonLine.Write(new
        {
            Ranks = ranks, Turns = repeats, Ratio = clock[clock.Length / 2], RatioLeast = clock[0], RatioMost = clock[^1],
            RatioPerCpuSecond = processor[processor.Length / 2], Alone = turns.Select(turn => turn.Alone), Together = turns.Select(turn => turn.Together),
        });
    }

    /// <summary>Takes part as a rank, or alone; rank 0 prints.</summary>
    public static void Step(
        string backbone, string name, int width, int size, int batch, int steps, int warmUp, int threads, string device, string precision)
    {
        using RankGroup? joined = Join();
        using TimedRanks? ranks = joined is null ? null : new TimedRanks(joined);
        var at = new Machine { Threads = threads, Device = device, Precision = precision }.Prepare();
        var images = new ImageSet("noise", NoiseImages.Create(batch * 2, size));
        var augmenter = new ViewAugmenter(new AugmentationOptions(), size, 3, ChannelStatistics.Measure(images));
        TorchSharp.torch.manual_seed(0);
        MethodEntry entry = MethodRegistry.Find(name);
        using SslMethod method = entry.Create(
            entry.DefaultOptions, new ResNet(new BackboneOptions { Backbone = backbone, Width = width }, 3, size));
        method.to(at);
        using var loader = new ViewLoader(
            images, augmenter, batch, seed: 0, threads, own: ranks is null ? null : new BatchShare(ranks, batch).Range);
        var options =
            new TrainingOptions { Epochs = warmUp + steps, BatchSize = batch, EvaluateEvery = warmUp + steps, CheckpointMinutes = 1e6 };
        using var trainer = new Pretrainer(method, loader, options, 0, at) { Ranked = ranks is null ? null : new RankedSteps(ranks) };
        var clock = new Stopwatch();
        (double processor, double within) = (0, 0);
        int calls = 0;
        foreach (TrainingMoment.StepTaken step in TrainingLoop.Steps(trainer).Take(warmUp + steps))
        {
            if (step.Step == warmUp)
            {
                (processor, within, calls) = (-Resources.ProcessorSeconds(), ranks?.Seconds ?? 0, ranks?.Calls ?? 0);
                clock.Start();
            }
        }

        clock.Stop();
        double[] used = [processor + Resources.ProcessorSeconds()];
        (within, calls) = ((ranks?.Seconds ?? 0) - within, (ranks?.Calls ?? 0) - calls);
        double[] latency = [], gradients = [];
        if (ranks is not null)
        {
            ranks.Sum(used.AsSpan());
            latency = Time(LatencyCalls, new double[257], ranks);
            gradients = Time(GradientCalls, new float[method.Backbone.parameters().Sum(parameter => parameter.numel())], ranks);
            if (!ranks.Leads)
                return;
        }

        JsonLine.Write(new
        {
            Ranks = ranks?.Count ?? 1, Transport = ranks?.Transport, Threads = threads, Device = device, Precision = precision, Backbone = backbone, Method = name, Width = width, Batch = batch,
            Size = size, Steps = steps, SecondsPerStep = clock.Elapsed.TotalSeconds / steps,
            ImagesPerSecond = batch * steps / clock.Elapsed.TotalSeconds, ImagesPerCpuSecond = batch * steps / used[0],
            SecondsInCallsPerStep = within / steps, CallsPerStep = calls / steps,
            SmallSumMicroseconds = latency.Length == 0 ? 0 : latency[latency.Length / 2] * 1e6,
            GradientNumbers = method.Backbone.parameters().Sum(parameter => parameter.numel()),
            GradientSumMilliseconds = gradients.Length == 0 ? 0 : gradients[gradients.Length / 2] * 1e3,
            PeakMib = Resources.PeakMebibytes(),
        });
    }

    private static double[] Time<T>(int times, T[] values, RankGroup ranks)
    {
        var all = new List<double>();
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            if (values is double[] wide)
                ranks.Sum(wide.AsSpan());
            else if (values is float[] single)
                ranks.Sum(single.AsSpan());
            all.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return [.. all.Order()];
    }

    private static RankGroup? Join()
    {
        RankEnvironment environment = RankEnvironment.OfProcess;
        if (environment.Meets() is not { } meeting)
            return environment.Launched() is { } launched ? Mpi.Join(launched) : null;
        return meeting.Rank == 0
            ? Rendezvous.Lead(Rendezvous.Listen(IPAddress.Loopback, meeting.Port), meeting.Count, meeting.Key)
            : Rendezvous.Follow(meeting.Host, meeting.Port, meeting.Rank, meeting.Count, meeting.Key);
    }

    private static JsonElement Run(int ranks, int threads, string[] settings)
    {
        Socket free = Rendezvous.Listen(IPAddress.Loopback, 0);
        string meeting = $"127.0.0.1:{((IPEndPoint)free.LocalEndPoint!).Port}";
        free.Dispose();
        Process[] processes = [.. Enumerable.Range(0, ranks).Select(rank =>
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["ranked-step", "--threads", $"{threads}", .. settings]) { RedirectStandardOutput = true };
            if (ranks > 1)
            {
                start.Environment[RankEnvironment.Meeting] = meeting;
                start.Environment[RankEnvironment.Rank] = $"{rank}";
                start.Environment[RankEnvironment.Count] = $"{ranks}";
            }

            return Process.Start(start)!;
        })];
        string[] printed = [.. processes.Select(process => process.StandardOutput.ReadToEnd())];
        foreach (Process process in processes)
        {
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new DataException($"A rank ended with exit code {process.ExitCode}.");
            process.Dispose();
        }

        return JsonDocument.Parse(printed[0].Trim().Split('\n')[^1]).RootElement;
    }

    private static double Number(JsonElement json, string field) => json.GetProperty(field).GetDouble();
}
