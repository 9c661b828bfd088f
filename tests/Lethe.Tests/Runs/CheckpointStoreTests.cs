using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Runs;

[Collection(typeof(TorchCollection))]
public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SslMethod method = Tiny.Method(seed: 1);
    private readonly Optimiser optimiser;
    private readonly RunDirectory run;

    public CheckpointStoreTests()
    {
        optimiser = Optimiser.Create("sgd", method.named_parameters(), 0, 0);
        run = RunDirectory.Create(folder["run"]);
    }

    private CheckpointStore Store => run.Checkpoints;

    public void Dispose()
    {
        optimiser.Dispose();
        method.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Empty_BeforeAnythingIsSaved_HasNothingAndSaysWhatToDo()
    {
        Assert.False(Store.HasLast);
        Assert.Null(Store.LastChecksum);
        Assert.Empty(Store.Epochs);
        Assert.Equal((0, -1), (Store.Resume(method, optimiser).Step, Store.Resume(method, optimiser).EvaluatedAt));
        string message = Refused(CheckpointStore.Last);
        Assert.Contains(
            "has no checkpoint yet: expected " + Path.Combine(run.Path, "checkpoints", "last.safetensors"), message,
            StringComparison.Ordinal);
        Assert.Contains($"'lethe pretrain --resume --out {run.Path}'", message, StringComparison.Ordinal);
        Assert.Contains("has no checkpoint 'best'. There are: .", Refused(CheckpointStore.Best), StringComparison.Ordinal);
        Assert.Contains("are gone", Assert.Throws<RunException>(() => Store.Promote(3)).Message, StringComparison.Ordinal);
        Store.DeleteEpochs();
        Assert.False(Directory.Exists(run.CheckpointFolder));
    }

    [Fact]
    public void Save_WithAnEpoch_KeepsItUnderItsNameAndLastWithTheOptimiser()
    {
        Save(2, keep: false);
        Assert.Equal(["last.safetensors"], Files());
        Save(10, keep: true);
        Save(123456, keep: true);
        Assert.Equal(["epoch-00010.safetensors", "epoch-123456.safetensors", "last.safetensors", "previous.safetensors"], Files());
        Assert.Equal([10, 123456], Store.Epochs);
        using SslMethod other = Tiny.Method(seed: 2);
        Assert.Equal((10, 123456), (Store.Load(other, "epoch-00010").EvaluatedAt, Store.Load(other).EvaluatedAt));
        Assert.Equal(Tiny.Bits(method), Tiny.Bits(other));
        using Optimiser again = Optimiser.Create("sgd", other.named_parameters(), 0, 0);
        Assert.Equal(123456, Store.Resume(other, again).EvaluatedAt);
    }

    [Fact]
    public void LastChecksum_OfOtherWeights_IsAnother()
    {
        Save(1, keep: true);
        string? first = Store.LastChecksum;
        Save(1, keep: false);
        Assert.NotNull(first);
        Assert.Equal(first, Store.LastChecksum);
        using SslMethod other = Tiny.Method(seed: 2);
        using Optimiser own = Optimiser.Create("sgd", other.named_parameters(), 0, 0);
        Store.Save(other, own, new TrainingState { EvaluatedAt = 1 });
        Assert.NotEqual(first, Store.LastChecksum);
    }

    [Fact]
    public void Load_UnknownName_SaysWhichThereAre()
    {
        Save(1, keep: true);
        string message = Refused("epoch-00002");
        Assert.Contains("has no checkpoint 'epoch-00002'. There are: epoch-00001, last.", message, StringComparison.Ordinal);
        Assert.Contains("--keep-checkpoints", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Promote_KeptEpoch_BecomesTheBestAndStaysWhenTheOthersGo()
    {
        Save(1, keep: true);
        Save(2, keep: true);
        Store.Promote(1);
        Assert.Equal(File.ReadAllBytes(Store.PathOf("epoch-00001")), File.ReadAllBytes(Store.PathOf(CheckpointStore.Best)));
        Store.DeleteEpochs();
        Store.DeletePrevious();
        Assert.Equal(["best.safetensors", "last.safetensors"], Files());

        // Done twice where the process ended in between.
        Store.Promote(1);
        Assert.Equal(1, Store.Load(method, CheckpointStore.Best).EvaluatedAt);
    }

    /// <summary>A run whose last checkpoint is damaged or gone goes on from the one before, and says so.</summary>
    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("gone")]
    [InlineData("weights alone")]
    public void Resume_LastDamaged_TakesTheOneBeforeAndSaysSo(string how)
    {
        using Optimiser adam = Optimiser.Create("adam", method.named_parameters(), 0, 0);
        adam.Step([.. adam.Parameters.Select(parameter => parameter.Value.ones_like())], 1e-3);
        Store.Save(method, adam, new TrainingState { Step = 1, Epoch = 1 });
        SortedDictionary<string, string> before = Tiny.Bits(method);
        adam.Step([.. adam.Parameters.Select(parameter => parameter.Value.ones_like())], 1e-3);
        Store.Save(method, adam, new TrainingState { Step = 2, Epoch = 2 }, keptEpoch: 2);
        byte[] bytes = File.ReadAllBytes(Store.LastPath);
        bytes[^9] ^= 4;
        if (how == "flipped")
            File.WriteAllBytes(Store.LastPath, bytes);
        else if (how == "cut")
            File.WriteAllBytes(Store.LastPath, bytes[..^100]);
        else if (how == "gone")
            File.Delete(Store.LastPath);
        else
            File.Copy(Store.PathOf("epoch-00002"), Store.LastPath, overwrite: true);
        using SslMethod other = Tiny.Method(seed: 2);
        using Optimiser again = Optimiser.Create("adam", other.named_parameters(), 0, 0);
        List<string> said = [];
        Assert.Equal(1, Store.Resume(other, again, notice: said.Add).Step);
        Assert.Contains("Going on from the checkpoint before it, of epoch 1.", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(before, Tiny.Bits(other));

        // Without it, the error of the last one is told.
        Store.DeletePrevious();
        if (how != "gone")
        {
            Assert.Contains(
                Store.LastPath, Assert.Throws<RunException>(() => Store.Resume(other, again)).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>From numbers that are none a training would go on, learn nothing and end as done.</summary>
    [Fact]
    public void Save_ANumberThatIsNotFinite_IsRefusedAndWritesNothing()
    {
        using (no_grad())
            method.parameters().First().fill_(double.PositiveInfinity);
        var error = Assert.Throws<TrainingException>(() => Save(1, keep: true));
        Assert.True(error.Diverged);
        Assert.Contains("is not finite after", error.Message, StringComparison.Ordinal);
        Assert.Empty(Files());
    }

    /// <summary>A person may put a copy beside them; it is found by its name, is no epoch, and is not deleted.</summary>
    [Theory]
    [InlineData("epoch-best")]
    [InlineData("epoch-")]
    [InlineData("epoch-1")]
    [InlineData("epoch-000001")]
    [InlineData("epoch--0001")]
    [InlineData("epoch-+0001")]
    [InlineData("epoch-99999999999")]
    [InlineData("Epoch-00001")]
    [InlineData("mine")]
    public void Epochs_FileThatIsNone_IsLeftAlone(string name)
    {
        Save(7, keep: true);
        File.Copy(Store.LastPath, Store.PathOf(name));
        File.WriteAllText(Path.Combine(run.CheckpointFolder, "epoch-00008.safetensors.tmp"), "half a file");
        Assert.Equal([7], Store.Epochs);
        Assert.Equal(7, Store.Load(method, name).EvaluatedAt);
        Store.DeleteEpochs();
        string[] left = [$"{name}.safetensors", "epoch-00008.safetensors.tmp", "last.safetensors"];
        Assert.Equal(left.Order(StringComparer.Ordinal), Files());
    }

    private string Refused(string name) => Assert.Throws<RunException>(() => Store.Load(method, name)).Message;

    private void Save(int epoch, bool keep) =>
        Store.Save(method, optimiser, new TrainingState { EvaluatedAt = epoch }, keep ? epoch : null);

    private string?[] Files() => [.. Directory.GetFiles(run.CheckpointFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal)];
}
