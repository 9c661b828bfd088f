using System.Text.Json.Nodes;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

public class RunOptionsTests
{
    [Fact]
    public void FromJson_OfToJson_GivesTheSameOptions()
    {
        RunOptions options = new()
        {
            Data = new DataOptions { Data = "a \"b\"", ImageSize = 24, Limit = 9 },
            Method = "vicreg",
            MethodOptions = new VicRegOptions { InvarianceWeight = 0.1 + 0.2 },
            Training = new TrainingOptions { LearningRate = 1e-7, Optimiser = "lars" },
            StopOnMemorisation = true,
            MemorisationSign = "either",
            Monitor = new MemorisationOptions { Patience = 2 },
            Interleaving = new InterleavingOptions { UmmEvery = 3, UmmSplit = "layer1" },
            Seed = ulong.MaxValue,
        };
        JsonObject read = JsonNode.Parse(options.ToJson().ToJsonString())!.AsObject();
        Assert.Equal(options, RunOptions.FromJson(read));
        Assert.True(JsonNode.DeepEquals(read, RunOptions.FromJson(read).ToJson()));
    }

    /// <summary>As a run of version 0.1 has them.</summary>
    [Fact]
    public void FromJson_WithoutTheMonitor_TakesItsDefaults()
    {
        JsonObject json = new RunOptions { StopOnMemorisation = true }.ToJson();
        foreach (string section in (string[])["stopOnMemorisation", "memorisationSign", "monitor", "interleaving"])
            json.Remove(section);
        Assert.Equal(new RunOptions(), RunOptions.FromJson(json));
        json["monitor"] = 3;
        Assert.Throws<RunException>(() => RunOptions.FromJson(json));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("method")]
    [InlineData("methodOptions")]
    [InlineData("training")]
    [InlineData("seed")]
    public void FromJson_SectionMissing_SaysThatTheFileCannotBeRead(string section)
    {
        JsonObject json = new RunOptions().ToJson();
        json.Remove(section);
        Assert.Contains("run.json", Assert.Throws<RunException>(() => RunOptions.FromJson(json)).Message, StringComparison.Ordinal);
        json[section] = new JsonArray(1);
        Assert.Contains("run.json", Assert.Throws<RunException>(() => RunOptions.FromJson(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OptionsOfAnotherMethod_AreRefused()
    {
        new RunOptions().Validate();
        string message = Assert.Throws<InvalidOptionException>(() => new RunOptions { Method = "vicreg" }.Validate()).Message;
        Assert.Contains("VicRegOptions", message, StringComparison.Ordinal);
        Assert.Contains("SimClrOptions", message, StringComparison.Ordinal);
        Assert.Contains("turn, gap or either", Assert.Throws<InvalidOptionException>(() => new RunOptions { MemorisationSign = "frob" }.Validate()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Interleaving = new InterleavingOptions { UmmEvery = -1 } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Interleaving = new InterleavingOptions { UmmIterations = 0 } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Interleaving = new InterleavingOptions { UmmSplit = "layer4" } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Monitor = new MemorisationOptions { Patience = 0 } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { Training = new TrainingOptions { Epochs = 0 } }.Validate());
        Assert.Throws<InvalidOptionException>(() => new RunOptions { MethodOptions = new SimClrOptions { Temperature = 0 } }.Validate());
    }

    [Fact]
    public void Validate_LocalViewsWithAMethodThatTakesNone_SaysWhatToDo()
    {
        var views = new AugmentationOptions { LocalViews = 2 };
        string message = Assert.Throws<InvalidOptionException>(() => new RunOptions { Views = views }.Validate()).Message;
        Assert.Contains("'simclr'", message, StringComparison.Ordinal);
        Assert.Contains("Use --local-views 0, or --method swav", message, StringComparison.Ordinal);
        new RunOptions { Views = views, Method = "swav", MethodOptions = new SwAvOptions() }.Validate();
    }
}
