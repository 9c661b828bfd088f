using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Tests;

/// <summary>The front door: folders in, numbers out.</summary>
[Collection(typeof(TorchCollection))]
public sealed class EncoderTests : IDisposable
{
    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Train_AFolder_GivesTheEncoderThatLoadGivesLater()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        RunOptions options = small.Options with { Data = small.Options.Data with { Data = "elsewhere" } };
        using Encoder trained = Encoder.Train(small.ImageFolder, small["run"], options, SmallRun.Machine, cancellation: token);
        Assert.Equal(small.ImageFolder, RunDirectory.Open(small["run"]).LoadManifest().Pretraining.Data.Data);
        using Encoder loaded = Encoder.Load(small["run"], SmallRun.Machine);
        float[,] rows = trained.Embed(small.ImageFolder, cancellation: token);
        Assert.Equal(Directory.GetFiles(small.ImageFolder, "*", SearchOption.AllDirectories).Length, rows.GetLength(0));
        Assert.Equal(rows, loaded.Embed(small.ImageFolder, cancellation: token));
    }

    [Fact]
    public void Embed_AFolderWithAFileThatIsNoImage_IsAnErrorThatNamesIt()
    {
        small.Start("run", cancellation: TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(small.ImageFolder, "broken.png"), "not an image");
        using Encoder encoder = Encoder.Load(small["run"], SmallRun.Machine);
        var error = Assert.Throws<DataException>(
            () => encoder.Embed(small.ImageFolder, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("broken.png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WhereThereIsNoRun_SaysWhatToGive() => Assert.Contains(
        "is not a run", Assert.Throws<RunException>(() => Encoder.Load(small["nothing"])).Message, StringComparison.Ordinal);
}
