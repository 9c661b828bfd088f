using System.Text;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Training;

[Collection(typeof(TorchCollection))]
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_WhatWasSaved_GivesBackEveryBit()
    {
        using SslMethod one = Tiny.Method(seed: 1), other = Tiny.Method(seed: 2);
        using Optimiser optimiser = Trained(one), loaded = Optimiser.Create("adam", other.named_parameters(), 0, 0);
        var state = new TrainingState { Step = 7, EvaluatedAt = 2, LearningRate = 0.1 + 0.2, SumCount = 3, MetricsLength = 99 };
        state.Add("loss", 1.0 / 3);
        manual_seed(5);
        Checkpoint.Save(folder["a"], one, optimiser, state);
        using Tensor drawn = rand(3);
        manual_seed(6);
        TrainingState found = Checkpoint.Load(folder["a"], other, loaded);
        using Tensor again = rand(3);
        Assert.Equal(Tiny.Bits(one), Tiny.Bits(other));
        Assert.Equal(Tiny.Bits(optimiser.State), Tiny.Bits(loaded.State));
        Assert.Equal(drawn.data<float>().ToArray(), again.data<float>().ToArray());
        Assert.Equal((7, 2, 0.1 + 0.2, 3, 99), (found.Step, found.EvaluatedAt, found.LearningRate, found.SumCount, found.MetricsLength));
        Assert.Equal(state.Sums, found.Sums);

        Checkpoint.Save(folder["b"], other, loaded, found);
        manual_seed(5);
        Checkpoint.Save(folder["c"], other, loaded, found);
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["c"]));
    }

    [Fact]
    public void Save_Backbone_CarriesTorchvisionsNames()
    {
        using SslMethod method = Tiny.Method();
        Checkpoint.Save(folder["a"], method, null, new TrainingState());
        using SafetensorsFile file = Safetensors.Read(folder["a"]);
        Assert.Contains("backbone.layer1.0.conv1.weight", file.Tensors.Keys);
        Assert.Contains("projector.0.weight", file.Tensors.Keys);
    }

    [Fact]
    public void Load_WithoutAnOptimiser_LeavesTheGeneratorAlone()
    {
        using SslMethod method = Tiny.Method();
        Checkpoint.Save(folder["a"], method, null, new TrainingState());
        manual_seed(5);
        using Tensor expected = rand(3);
        manual_seed(5);
        Checkpoint.Load(folder["a"], method);
        using Tensor found = rand(3);
        Assert.Equal(expected.data<float>().ToArray(), found.data<float>().ToArray());
    }

    [Fact]
    public void Load_Truncated_IsRefusedAndChangesNothing()
    {
        using SslMethod method = Tiny.Method(seed: 1), other = Tiny.Method(seed: 2);
        Checkpoint.Save(folder["a"], method, null, new TrainingState());
        byte[] bytes = File.ReadAllBytes(folder["a"]);
        SortedDictionary<string, string> before = Tiny.Bits(other);
        foreach (int length in (int[])[0, 7, 100, bytes.Length / 2, bytes.Length - 1])
        {
            File.WriteAllBytes(folder["b"], bytes[..length]);
            Assert.Throws<RunException>(() => Checkpoint.Load(folder["b"], other));
        }

        Assert.Equal(before, Tiny.Bits(other));
    }

    [Fact]
    public void Load_OneBitFlipped_IsRefusedAndChangesNothing()
    {
        using SslMethod method = Tiny.Method(seed: 1), other = Tiny.Method(seed: 2);
        Checkpoint.Save(folder["a"], method, null, new TrainingState());
        byte[] bytes = File.ReadAllBytes(folder["a"]);
        SortedDictionary<string, string> before = Tiny.Bits(other);
        for (int place = 3; place < bytes.Length; place += bytes.Length / 40)
        {
            bytes[place] ^= 0x10;
            File.WriteAllBytes(folder["b"], bytes);
            Assert.Throws<RunException>(() => Checkpoint.Load(folder["b"], other));
            bytes[place] ^= 0x10;
        }

        Assert.Equal(before, Tiny.Bits(other));
    }

    [Fact]
    public void Load_ChecksumTakenOut_IsRefused()
    {
        using SslMethod method = Tiny.Method(seed: 1);
        Checkpoint.Save(folder["a"], method, null, new TrainingState());
        byte[] bytes = File.ReadAllBytes(folder["a"]);
        int place = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes("lethe.xxh3"));
        bytes[place] = (byte)'x';
        File.WriteAllBytes(folder["a"], bytes);
        using (SafetensorsFile file = Safetensors.Read(folder["a"]))
            Assert.False(file.IsVerified);
        Assert.Contains(
            "checksum", Assert.Throws<RunException>(() => Checkpoint.Load(folder["a"], method)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet10", 5)]
    [InlineData("resnet18", 4)]
    [InlineData("resnet50", 4)]
    public void Load_OfAnotherNetwork_IsRefusedAndChangesNothing(string backbone, int width)
    {
        BackboneOptions other = new() { Backbone = backbone, Width = width };
        using SslMethod small = Tiny.Method(seed: 1), large = Tiny.Method(seed: 2, options: other);
        Checkpoint.Save(folder["small"], small, null, new TrainingState());
        Checkpoint.Save(folder["large"], large, null, new TrainingState());
        foreach ((SslMethod method, string name) in new[] { (small, "large"), (large, "small") })
        {
            SortedDictionary<string, string> before = Tiny.Bits(method);
            Assert.Contains(
                "another network",
                Assert.Throws<RunException>(() => Checkpoint.Load(folder[name], method)).Message,
                StringComparison.Ordinal);
            Assert.Equal(before, Tiny.Bits(method));
        }
    }

    [Fact]
    public void Load_OfAnotherMethod_NamesBoth()
    {
        using SslMethod simclr = Tiny.Method(), vicreg = Tiny.Method("vicreg");
        Checkpoint.Save(folder["a"], simclr, null, new TrainingState());
        string message = Assert.Throws<RunException>(() => Checkpoint.Load(folder["a"], vicreg)).Message;
        Assert.Contains("'simclr'", message, StringComparison.Ordinal);
        Assert.Contains("'vicreg'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAnotherOptimiser_IsRefusedAndChangesNothing()
    {
        using SslMethod method = Tiny.Method(seed: 1), other = Tiny.Method(seed: 2);
        using Optimiser adam = Trained(method);
        Checkpoint.Save(folder["a"], method, adam, new TrainingState());
        using SslMethod wider = new SimClr(new SimClrOptions { ProjectorHidden = 16, ProjectorOutput = 8 }, other.Backbone);
        using Optimiser foreign = Optimiser.Create(
            "sgd", wider.named_parameters().Where(parameter => !parameter.name.StartsWith("projector", StringComparison.Ordinal)), 0, 0.9);
        SortedDictionary<string, string> before = Tiny.Bits(wider);
        Assert.Contains(
            "optimiser state",
            Assert.Throws<RunException>(() => Checkpoint.Load(folder["a"], wider, foreign)).Message,
            StringComparison.Ordinal);
        Assert.Empty(foreign.State);
        Assert.Equal(before, Tiny.Bits(wider));
    }

    [Fact]
    public void Load_SafetensorsOfElsewhere_SaysThatItIsNoCheckpoint()
    {
        using SslMethod method = Tiny.Method();
        using (NewDisposeScope())
            Safetensors.Write(folder["a"], new Dictionary<string, Tensor> { ["weight"] = ones(3) });
        Assert.Contains(
            "no checkpoint of Lethe",
            Assert.Throws<RunException>(() => Checkpoint.Load(folder["a"], method)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "missing", Assert.Throws<RunException>(() => Checkpoint.Load(folder["none"], method)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"Step\":\"seven\"}")]
    public void Load_StateThatCannotBeRead_SaysSo(string state)
    {
        using SslMethod method = Tiny.Method(seed: 1), other = Tiny.Method(seed: 2);
        using (NewDisposeScope())
            Safetensors.Write(
                folder["a"], method.state_dict(), new Dictionary<string, string> { ["lethe.state"] = state, ["lethe.method"] = "simclr" });
        SortedDictionary<string, string> before = Tiny.Bits(other);
        Assert.Contains(
            "lethe.state", Assert.Throws<RunException>(() => Checkpoint.Load(folder["a"], other)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Tiny.Bits(other));
    }

    private static Optimiser Trained(SslMethod method)
    {
        using var scope = NewDisposeScope();
        var optimiser = Optimiser.Create("adam", method.named_parameters(), 0, 0);
        for (int step = 0; step < 2; step++)
        {
            optimiser.ZeroGradients();
            method.Loss(Views.Pair(Tiny.Images(4)), new TrainingProgress(0, 1, 0, 0)).Total.backward();
            optimiser.Step(1e-2);
        }

        return optimiser;
    }
}
