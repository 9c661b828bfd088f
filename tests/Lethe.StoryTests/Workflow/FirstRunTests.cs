using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Tests.Data;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>Runs of a small folder with options left open.</summary>
[Collection<TorchCollection>]
public sealed class FirstRunTests : IDisposable
{
    private readonly TempFolder images = new();
    private readonly TemporaryFolder folder = new();
    private readonly List<string> notices = [];

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    /// <summary>All but the length of the training and the size of the network is left open.</summary>
    [Theory]
    [MemberData(nameof(MethodNames))]
    public void Start_TwelveImages_TrainsEachMethod(string method)
    {
        Draw(6, "a");
        Draw(6, "bb");
        RunOptions asked = new()
        {
            Data = new() { Data = images.Root },
            Backbone = Tiny.Network,
            Method = method,
            MethodOptions = MethodRegistry.Find(method).DefaultOptions,
            Training = new() { Epochs = 2 },
        };
        (RunDirectory run, Session session) = Pretraining.Start(
            asked, SmallRun.Machine, folder["run"], "lethe pretrain", Progress, TestContext.Current.CancellationToken);
        RunManifest manifest = run.LoadManifest();
        Assert.Equal(RunStatus.Done, manifest.Status);
        Assert.Equal((8, 16), (manifest.Pretraining.Training.BatchSize, manifest.Pretraining.Data.ImageSize));
        Assert.Contains(manifest.Choices, choice => choice is { Option: "--batch-size", Value: "8" });
        Assert.Contains(manifest.Notes, note => note.Contains("training images are few", StringComparison.Ordinal));
        Assert.DoesNotContain(manifest.Warnings, warning => warning.Kind == "method");
        Assert.Equal(session.Options, manifest.Pretraining);
        Assert.Contains(notices, notice => notice.StartsWith("images     12 in", StringComparison.Ordinal));
    }

    public static TheoryData<string> MethodNames => [.. MethodRegistry.All.Select(entry => entry.Name)];

    [Fact]
    public void Resume_WhatWasChosen_IsKept()
    {
        Draw(12);
        RunOptions asked = new()
        {
            Data = new() { Data = images.Root, Cache = folder["cache/"] },
            Backbone = Tiny.Network,
            Training = new() { Minutes = 0.01 },
            Evaluation = new EvaluationOptions { Neighbours = 2 },
        };
        Directory.CreateDirectory(folder["cache"]);
        (RunDirectory run, _) = Pretraining.Start(
            asked, SmallRun.Machine, folder["run"], "lethe pretrain", Progress, TestContext.Current.CancellationToken);
        RunManifest done = run.LoadManifest();
        Assert.Contains(done.Choices, choice => choice.Option == "--epochs" && choice.Reason.Contains("0.01 minutes", StringComparison.Ordinal));
        Assert.Equal(0.01, done.Pretraining.Training.Minutes);
        run.SaveManifest(done with { Status = RunStatus.Interrupted });
        notices.Clear();
        (_, Session again) = Pretraining.Resume(run.Path, SmallRun.Machine, null, Progress, TestContext.Current.CancellationToken);
        Assert.Equal(done.Pretraining, again.Options);
        Assert.Equal(done.Choices, run.LoadManifest().Choices);
        Assert.DoesNotContain(notices, notice => notice.StartsWith("Packing", StringComparison.Ordinal));
        Assert.Single(Directory.GetFiles(folder["cache"]));
        Assert.Contains(notices, notice => notice.Contains("resumed    goes on after epoch", StringComparison.Ordinal));
        notices.Clear();
        Pretraining.Resume(run.Path, SmallRun.Machine, null, Progress, TestContext.Current.CancellationToken);
        Assert.Contains(notices, notice => notice.Contains("is done", StringComparison.Ordinal));
    }

    [Fact]
    public void ToText_OfAFolder_IsThisBlock()
    {
        Draw(20, "birds");
        Draw(20, "cats");
        DataSplits data = DataSources.Open(new DataOptions { Data = images.Root }, 1, cancel: TestContext.Current.CancellationToken);
        var chosen = ChosenOptions.For(
            new RunOptions { Data = new() { Data = images.Root } }, new TrainingFacts(data.Train.Count, data.ImageSize, Sizes: data.Sizes));
        var versions = new RunVersions("", "", "", "", "", 2, "cpu", "ours, vectors of 256 bits");
        StartUp block = StartUp.Of("runs/pets", chosen.Options, data with { Source = "pets" }, versions, "resnet18 of width 16") with
        {
            Choices = chosen.Choices, Advice = chosen.Advice, Speed = StartUp.Rate(212.34, 820, 10, 120),
        };
        Assert.Equal(
            """
            images     40 in pets (40 PNG), 16×16 pixels
            classes    2 (birds, cats); used to measure, never to train
            parts      24 to train on, 8 to fit probes with, 8 to test on
            views      16×16 pixels, colour
            network    resnet18 of width 16
            method     SimCLR (--method simclr)
            training   adam at 0.001; 400 epochs of 3 steps of 8 images: 1 200 steps
            measured   before the first epoch, and after every 40 epochs
            machine    cpu, 2 threads, kernels: ours, vectors of 256 bits; seed 0. The same
                       seed gives the same numbers only with these threads and kernels
            written to runs/pets
            chosen     --image-size 16: that is the size of the images
                       --batch-size 8: 24 training images are few, and the loss compares the
                       images of a batch
                       --epochs 400: the most that Lethe chooses: 1 200 steps
                       --width 16: suits a processor; 64, the published network, takes five
                       to eight times as long
                       --blur-probability 0: only views of 64 pixels or more are blurred
            warning    24 training images are few: an encoder learns little from them alone,
                       and soon memorises them. An encoder trained on many images is a
                       better start: --init FILE (docs/choosing.md).
            speed      212 images/s, so 14 minutes from here, 2 minutes of them for 10
                       evaluations
            """.ReplaceLineEndings("\n"), block.ToText() + "\n" + block.SpeedText());
        Assert.All((block.ToText() + "\n" + block.SpeedText()).Split('\n'), line => Assert.InRange(line.Length, 1, StartUp.Columns));
    }

    private Inline<WorkflowProgress> Progress => new(value => notices.AddRange(value.Notice is { } notice ? [notice] : []));

    private void Draw(int count, string name = "")
    {
        for (int i = 0; i < count; i++)
            SmallRun.WriteImage(images[Path.Combine(name, $"{i:00}.png")], (name.Length * 50) + i);
    }
}
