using System.Diagnostics;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runs;
using Lethe.Training;
using Lethe.Workflow;
using SkiaSharp;
using static TorchSharp.torch;

namespace Lethe.Cli;

/// <summary>How fast a machine is, and whether its convolutions are right: what <c>lethe doctor</c> measures. Writes nothing.</summary>
internal static class SpeedTrial
{
    private const int BatchSize = 64, Side = 32, PhotoWidth = 1600, PhotoHeight = 1200;

    /// <summary>The network that trains, in words.</summary>
    public const string Network = "SimCLR, resnet18 of width 16, batches of 64 images of 32 pixels";

    private static readonly (int From, int To, int Taps, int Stride)[] kinds =
        [(3, 16, 3, 1), (16, 32, 3, 2), (16, 64, 1, 1), (32, 64, 1, 2), (3, 16, 7, 2)];

    /// <summary>
    /// Lets the convolutions of a network be tested, small ones of every kind; <see cref="OperatorNotices"/> says what was found.
    /// </summary>
    public static void TestConvolutions()
    {
        using var scope = NewDisposeScope();
        foreach (string kernels in new[] { OperatorSwitch.Torch, OperatorSwitch.Ours })
        {
            OperatorSwitch.Choose(kernels);
            foreach ((int from, int to, int taps, int stride) in kinds)
                MapConvolution.Forward(zeros(4, from, 16, 16), zeros(to, from, taps, taps), null, stride, taps / 2);
        }
    }

    /// <summary>Images that training goes through in a second, with Lethe's kernels or torch's.</summary>
    /// <param name="kernels">ours or torch.</param>
    /// <param name="time">How long to measure, after the first steps.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <param name="batch">Images of a step.</param>
    public static double Train(string kernels, TimeSpan time, CancellationToken cancellation, int batch = BatchSize)
    {
        const int First = 2;
        var options = new RunOptions
        {
            Data = new DataOptions { Data = "embedded", Limit = 8 * batch, ProbeImages = batch, TestImages = batch, ImageSize = Side },
            Backbone = new BackboneOptions { Backbone = "resnet18", Width = 16, Stem = "small" },
            Training = new TrainingOptions { BatchSize = batch, Epochs = 1000 },
        };
        Session session = Session.Create(options, new Machine { Kernels = kernels }, null, cancellation);
        using SslMethod method = session.CreateMethod();
        using var loader = session.CreateLoader(batch, session.Options.Seed);
        using var trainer = new Pretrainer(method, loader, session.Options.Training, session.Options.Seed, session.Device);
        var clock = new Stopwatch();
        long steps = 0;
        foreach (TrainingMoment.StepTaken step in TrainingLoop.Steps(trainer, cancellation))
        {
            steps = step.Step - First;
            if (steps == 0)
                clock.Start();
            if (steps > 0 && clock.Elapsed >= time)
                break;
        }

        return steps * batch / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Photos of two megapixels that are decoded in a second, by all threads, to 224 pixels.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="time">How long to measure.</param>
    public static double Decode(int threads, TimeSpan time)
    {
        byte[] photo = Photo();
        var clock = Stopwatch.StartNew();
        long decoded = 0;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            do
            {
                using var stream = new MemoryStream(photo, writable: false);
                ImageFiles.Read(stream, 224, 3);
                Interlocked.Increment(ref decoded);
            }
            while (clock.Elapsed < time);
        });
        return decoded / clock.Elapsed.TotalSeconds;
    }

    // Not flat, so that it takes a decoder as long as a photo does.
    private static byte[] Photo()
    {
        using var bitmap = new SKBitmap(PhotoWidth, PhotoHeight);
        using (var canvas = new SKCanvas(bitmap))
        {
            using SKShader noise = SKShader.CreatePerlinNoiseTurbulence(0.02f, 0.03f, 5, 1);
            using var paint = new SKPaint { Shader = noise };
            canvas.DrawPaint(paint);
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 85);
        return data.ToArray();
    }
}
