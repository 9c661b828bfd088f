using Lethe.Storage;

namespace Lethe.Tests.Cli;

[Collection<TorchCollection>]
public sealed class WrongUseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("there is no verb 'frob'", "frob")]
    [InlineData("Did you mean pretrain?", "pretain", "--epochs", "3")]
    [InlineData("'undo' has no option --splt. Did you mean --split?", "undo", "--splt", "layer3", "run")]
    [InlineData("no option --epochs. 'lethe run', 'lethe pretrain' and 'lethe import' have it.", "embed", "run", "--epochs", "3")]
    [InlineData("'undo' needs RUN", "undo")]
    [InlineData("Did you mean layer3?", "undo", "run", "--split", "layr3")]
    [InlineData("Did you mean vicreg?", "pretrain", "--method", "vicrge")]
    [InlineData("Did you mean fashion-mnist?", "pretrain", "--data", "fashon-mnist")]
    [InlineData("Did you mean clustering?", "evaluate", "run", "--protocol", "clusterin")]
    [InlineData("Did you mean resnet18?", "pretrain", "--backbone", "resnet81")]
    [InlineData("Did you mean adamw?", "pretrain", "--optimiser", "admaw")]
    [InlineData("Did you mean untrained?", "evaluate", "run", "--protocol", "knn", "--stages", "untraned")]
    [InlineData("Did you mean describe?", "data", "descrbe")]
    [InlineData("--frob", "pretrain", "--frob", "1")]
    [InlineData("Use one of simclr, ", "pretrain", "--method", "frob")]
    [InlineData("expects a whole number, found 'many'", "pretrain", "--epochs", "many")]
    [InlineData("--epochs 0 trains nothing. Give at least 1, or --init", "pretrain", "--epochs", "0")]
    [InlineData("lethe: --epochs must be at least 1 epoch, or 0 to keep the weights of --init; found -1.\n--batch-size must be at least 2 images, "
        + "or 0 to choose it by the number of images; found 1.\n", "pretrain", "--epochs", "-1", "--batch-size", "1")]
    [InlineData("lethe: --epochs must be at least 1 epoch, or 0 to keep the weights of --init; found -1.\n--threads must", "pretrain", "--epochs", "-1", "--threads", "-1")]
    [InlineData("lethe: --epochs must be at least 1 epoch, or 0 to keep the weights of --init; found -1.\n--alpha must be between 0 and "
        + "1000000, found -1.\n", "run", "--epochs", "-1", "--alpha", "-1")]
    [InlineData("no option of method 'vicreg'", "pretrain", "--method", "vicreg", "--temperature", "0.2")]
    [InlineData("at least 128 with its options", "pretrain", "--method", "w-mse", "--whitening-batch", "128", "--batch-size", "64")]
    [InlineData("needs batches of at least 200 images", "pretrain", "--method", "w-mse", "--whitening-batch", "200", "--limit", "100")]
    [InlineData("--minutes 3 chooses the epochs, and --epochs 5", "pretrain", "--minutes", "3", "--epochs", "5", "--limit", "20")]
    [InlineData("--local-views 0", "pretrain", "--method", "byol", "--local-views", "4")]
    [InlineData("at most 100", "pretrain", "--limit", "100", "--batch-size", "101")]
    [InlineData("between 16 and 1024", "pretrain", "--image-size", "8")]
    [InlineData("Use resnet10", "pretrain", "--backbone", "vit")]
    [InlineData("simclr, textures, weak, none", "pretrain", "--augmentation", "strong")]
    [InlineData("--device", "pretrain", "--device", "tpu")]
    [InlineData("Use auto, accuracy, loss, reduction-turn, reduction-gap or reduction-either", "pretrain", "--memorisation-sign", "turn")]
    [InlineData("--keep best-knn goes by an accuracy", "pretrain", "--keep", "best-knn", "--labels", "none", "--limit", "60")]
    [InlineData("Use --memorisation-sign loss, or give", "pretrain", "--stop-on-memorisation", "true", "--memorisation-sign", "accuracy", "--labels", "none",
        "--limit", "60")]
    [InlineData("--umm-every must be", "pretrain", "--umm-every", "-1")]
    [InlineData("--patience must be at least 1 evaluation", "pretrain", "--patience", "0")]
    [InlineData("--resume needs --out", "pretrain", "--resume")]
    [InlineData("neither a known source nor a path", "pretrain", "--data", "no-such-folder")]
    [InlineData("needs either", "diagnose")]
    [InlineData("with a point for decimals, found '0,5'", "diagnose", "--features", "f.npy", "--epsilon-squared", "0,5")]
    [InlineData("'--protocol", "evaluate", "--protocol")]
    [InlineData("needs either", "evaluate")]
    [InlineData("needs either", "evaluate", "run", "--encoder", "e.safetensors")]
    [InlineData("Use one or several of linear, knn", "evaluate", "run", "--protocol", "linear,frob")]
    [InlineData("needs --target", "evaluate", "run", "--protocol", "transfer")]
    [InlineData("works on another data set", "evaluate", "run", "--protocol", "linear", "--target", "embedded")]
    [InlineData("Use lbfgs or sgd", "evaluate", "run", "--protocol", "linear", "--linear-solver", "newton")]
    [InlineData("--semi-shares '2' must be", "evaluate", "run", "--protocol", "semi", "--semi-shares", "2")]
    [InlineData("--semi-draws: no option of these protocols", "evaluate", "run", "--protocol", "linear", "--semi-draws", "3")]
    [InlineData("--quick: belongs to --protocol", "evaluate", "run", "--quick")]
    [InlineData("--stages 'after' is unknown", "evaluate", "run", "--protocol", "linear", "--stages", "after")]
    [InlineData("--out belongs to --encoder", "evaluate", "run", "--protocol", "linear", "--out", "x.json")]
    [InlineData("--map-images must be between 20 and 20000 images, or 0 for a page without a map; found 5.", "report", "run", "--map-images", "5")]
    [InlineData("--threads must be", "report", "run", "--map-images", "20001", "--threads", "-1")]
    [InlineData("--map-columns colours the map", "report", "run", "--map-images", "0", "--map-columns", "notes.csv")]
    [InlineData("--markdown and --csv write to the same", "report", "run", "--markdown", "--csv")]
    [InlineData("--port must be between 1 and 65535, or 0 for one that is free; found 99999999.", "watch", "--port", "99999999")]
    [InlineData("--port must be", "watch", "--port", "-1")]
    [InlineData("ends in none of .npy, .csv, .parquet", "embed", "run", "--images", "x", "--out", "y.json")]
    public async Task Run_WrongUse_ExitsWithTwoAndSaysWhatToDo(string expected, params string[] arguments)
    {
        string[] placed = arguments[0] is "pretrain" or "run"
            && !arguments.Contains("--resume") ? [.. arguments, "--out", folder["run"]] : arguments;
        CommandLine result = await CommandLine.RunAsync(placed);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected.TrimStart('\''), result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Theory]
    [InlineData("--split 'layer4'", "--split", "layer4")]
    [InlineData("--volume 'frob'", "--volume", "frob")]
    [InlineData("--hypergradient 'frob'", "--hypergradient", "frob")]
    [InlineData("--alpha", "--alpha", "-1")]
    [InlineData("--alpha must be between 0 and 1000000, found -1.\n--threads must", "--alpha", "-1", "--threads", "2000")]
    [InlineData("--iterations", "--iterations", "0")]
    public async Task Undo_WrongOption_IsRefusedBeforeTheRunIsRead(string expected, params string[] options)
    {
        CommandLine result = await CommandLine.RunAsync(["undo", folder["no-run"], .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("undo")]
    [InlineData("evaluate")]
    [InlineData("compare")]
    [InlineData("report")]
    [InlineData("diagnose")]
    public async Task Run_NotARun_ExitsWithOne(string verb)
    {
        CommandLine result = await CommandLine.RunAsync(verb, folder["no-run"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is not a run", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pretrain_EmptyFolder_SaysWhatItExpected()
    {
        Directory.CreateDirectory(folder["images"]);
        CommandLine result = await CommandLine.RunAsync("pretrain", "--data", folder["images"], "--out", folder["run"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("There are no images", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public async Task Pretrain_MoreRanksThanAMachineBears_StartsNone()
    {
        CommandLine result = await CommandLine.RunAsync("pretrain", "--ranks", "1000", "--out", folder["run"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--ranks 1000 would start 1000 processes", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public async Task Config_UnknownKey_NamesIt()
    {
        await File.WriteAllTextAsync(folder["settings.yaml"], "epochz: 3\n", TestContext.Current.CancellationToken);
        CommandLine result = await CommandLine.RunAsync("pretrain", "--config", folder["settings.yaml"], "--out", folder["run"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("unknown option 'epochz'. Did you mean epochs?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_NoYaml_NamesTheLine()
    {
        await File.WriteAllTextAsync(folder["settings.yaml"], "epochs: [1\n", TestContext.Current.CancellationToken);
        CommandLine result = await CommandLine.RunAsync("pretrain", "--config", folder["settings.yaml"], "--out", folder["run"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("not valid YAML", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_NaNInFeatures_NamesTheRow()
    {
        AtomicFile.Write(folder["f.npy"], stream => NpyFile.Write(stream, [1f, 2f, float.NaN, 1f], [2, 2]));
        CommandLine result = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"], "--views", "2");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("row 1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pretrain_RunInUse_IsRefused()
    {
        // A run of another process: its manifest is there, and its lock is held.
        CommandLine made = await CommandLine.RunAsync(StoryTests.Pretrain(folder["run"]));
        Assert.True(made.ExitCode == 0, made.Error);
        using DirectoryLock held = DirectoryLock.Acquire(folder["run"]);
        CommandLine result = await CommandLine.RunAsync("pretrain", "--resume", "--out", folder["run"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("in use", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_DamagedCheckpoint_IsRefused()
    {
        CommandLine made = await CommandLine.RunAsync(StoryTests.Pretrain(folder["run"]));
        Assert.True(made.ExitCode == 0, made.Error);
        string checkpoint = Path.Combine(folder["run"], "checkpoints", "last.safetensors");
        byte[] bytes = await File.ReadAllBytesAsync(checkpoint, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(checkpoint, bytes[..^100], TestContext.Current.CancellationToken);
        CommandLine truncated = await CommandLine.RunAsync("undo", folder["run"], "--iterations", "1");
        Assert.Equal(1, truncated.ExitCode);
        Assert.Contains("last.safetensors", truncated.Error, StringComparison.Ordinal);
        bytes[^50] ^= 1;
        await File.WriteAllBytesAsync(checkpoint, bytes, TestContext.Current.CancellationToken);
        CommandLine altered = await CommandLine.RunAsync("undo", folder["run"], "--iterations", "1");
        Assert.Equal(1, altered.ExitCode);
        Assert.Contains("last.safetensors", altered.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_OtherOptionsOrVersion_IsRefused()
    {
        CommandLine made = await CommandLine.RunAsync(StoryTests.Pretrain(folder["run"]));
        Assert.True(made.ExitCode == 0, made.Error);
        CommandLine other = await CommandLine.RunAsync("pretrain", "--resume", "--out", folder["run"], "--learning-rate", "0.5");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("other options", other.Error, StringComparison.Ordinal);
        CommandLine unused = await CommandLine.RunAsync("pretrain", "--resume", "--out", folder["run"], "--queue-length", "5");
        Assert.Equal(2, unused.ExitCode);
        Assert.Contains("--queue-length: no option of method", unused.Error, StringComparison.Ordinal);
        string manifest = Path.Combine(folder["run"], "run.json");
        string text = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            manifest, text.Replace("\"formatVersion\": 1", "\"formatVersion\": 99", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        CommandLine version = await CommandLine.RunAsync("pretrain", "--resume", "--out", folder["run"]);
        Assert.Equal(1, version.ExitCode);
        Assert.Contains("version", version.Error, StringComparison.Ordinal);
    }
}
