using System.Text.Json.Nodes;
using Lethe.Methods;
using Lethe.Storage;
using Lethe.Tests.Methods;
using Parquet;

namespace Lethe.Tests.Cli;

/// <summary>Weights from elsewhere, and what can be done with any encoder, on the command line.</summary>
[Collection<TorchCollection>]
public sealed class EncodersTests : IDisposable
{
    private static readonly string[] small =
    [
        "--image-size", "16", "--batch-size", "8", "--rate-images", "6", "--neighbours", "3", "--projector-hidden", "16", "--projector-output", "8",
        "--threads", "1",
    ];

    private readonly SmallRun images = new();

    public void Dispose() => images.Dispose();

    [Fact]
    public async Task Import_Dry_SaysWhatIsInTheFileAndMakesNothing()
    {
        CommandLine dry = await Run("import", Weights(), "--dry", "--json");
        Assert.Equal(("resnet10", 4, "small"), ((string)dry.Json["backbone"]!, (int)dry.Json["width"]!, (string)dry.Json["stem"]!));
        Assert.Contains("safetensors", dry.Error, StringComparison.Ordinal);
        Assert.StartsWith("import ", dry.Error, StringComparison.Ordinal);
        Assert.Contains("\ntakes      seconds", dry.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(images["run"]));
    }

    /// <summary>From a file to a diagnosis, an undo with its control, and a report that says where the encoder is from.</summary>
    [Fact]
    public async Task Import_ThenUndoAndReport_GoesTheWholeWay()
    {
        string file = Weights();
        CommandLine run = await Run(
            ["import", file, "--data", images.ImageFolder, "--method", "simclr", "--head-epochs", "1", "--out", images["run"], "--json", .. small]);
        Assert.Equal(1, (int)run.Json["headEpochs"]!);
        Assert.Contains("lethe undo", run.Error, StringComparison.Ordinal);
        await Run("diagnose", images["run"]);
        await Run("undo", images["run"], "--iterations", "2", "--hypergradient", "first-order", "--threads", "1");
        await Run("report", images["run"], "--out", images["report.html"]);
        Assert.Contains(
            Path.GetFileName(file), await File.ReadAllTextAsync(images["report.html"], TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    /// <summary>What an interrupted import is told to do works, and the same command again is no second import.</summary>
    [Fact]
    public async Task Import_Interrupted_GoesOnWithResume()
    {
        string file = Weights();
        string[] command =
            ["import", file, "--data", images.ImageFolder, "--method", "simclr", "--head-epochs", "1", "--out", images["run"], "--json", .. small];
        await Run(command);
        string manifest = Path.Combine(images["run"], "run.json");
        SealedText.Edit(
            manifest, text => text.Replace("\"status\": \"done\"", "\"status\": \"interrupted\"", StringComparison.Ordinal));
        Assert.Equal(1, (await CommandLine.RunAsync(command)).ExitCode);
        CommandLine again = await Run([.. command, "--resume"]);
        Assert.Equal(images["run"], (string)again.Json["run"]!);
        Assert.Contains(
            "\"status\": \"done\"", await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await Run("diagnose", file, "--data", images.ImageFolder, "--out", images["run"], "--threads", "1");
        Assert.Equal(2, (await CommandLine.RunAsync("import", file, "--resume")).ExitCode);
    }

    [Fact]
    public async Task Diagnose_File_MakesARunOfItFirst()
    {
        CommandLine found = await Run(
            "diagnose", Weights(), "--data", images.ImageFolder, "--image-size", "16", "--out", images["d"], "--threads", "1", "--json");
        Assert.Equal(images["d"], (string)found.Json["run"]!);
        Assert.Contains(found.Json["measurements"]!.AsArray(), row => (string)row!["layer"]! == "layer4");
    }

    [Theory]
    [InlineData("Give --data", "diagnose", "FILE")]
    [InlineData("Give --data", "undo", "FILE")]
    [InlineData("belongs to 'lethe pretrain'", "import", "FILE", "--epochs", "5")]
    [InlineData("--head-epochs 3 needs images", "import", "FILE", "--head-epochs", "3")]
    [InlineData("the file holds 4", "import", "FILE", "--width", "8", "--dry")]
    [InlineData("--out is needed", "export", "FILE")]
    [InlineData("needs either", "classify", "FILE")]
    [InlineData("--classifier needs --images", "classify", "FILE", "--classifier", "c.json")]
    [InlineData("needs either", "search", "FILE", "--images", ".")]
    [InlineData("--similarity must be", "search", "FILE", "--images", ".", "--duplicates", "--similarity", "2")]
    public async Task Run_WrongUse_SaysWhatToDo(string expected, params string[] arguments)
    {
        string file = Weights();
        CommandLine result = await CommandLine.RunAsync([.. arguments.Select(one => one == "FILE" ? file : one)]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "git lfs pull")]
    public async Task Import_WhatIsNoFileOfWeights_SaysWhatItIs(string text, string expected)
    {
        await File.WriteAllTextAsync(images["x.pth"], text, TestContext.Current.CancellationToken);
        CommandLine result = await CommandLine.RunAsync("import", images["x.pth"], "--out", images["run"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.False(Directory.Exists(images["run"]));
    }

    [Fact]
    public async Task Embed_ClassFolders_GivesPathLabelAndPartInEachFormat()
    {
        string file = Weights();
        foreach (string kind in new[] { "csv", "parquet", "npy" })
            await Run("embed", file, "--images", images.ImageFolder, "--image-size", "16", "--threads", "1", "--out", images["e." + kind]);
        string[] lines = await File.ReadAllLinesAsync(images["e.csv"], TestContext.Current.CancellationToken);
        Assert.Equal((41, "path,label,part,e0"), (lines.Length, lines[0][..18]));
        Assert.StartsWith("class1/00.png,class1,,", lines[21], StringComparison.Ordinal);
        NpyArray rows = NpyFile.Read(images["e.npy"]), labels = NpyFile.Read(images["e.labels.npy"]);
        Assert.Equal([40, 32], rows.Shape.Select(x => (int)x));
        Assert.Equal([.. Enumerable.Repeat(0L, 20), .. Enumerable.Repeat(1L, 20)], Assert.IsType<long[]>(labels.Values));
        Assert.Equal(float.Parse(lines[1].Split(',')[3], System.Globalization.CultureInfo.InvariantCulture), ((float[])rows.Values)[0]);
        await using FileStream stream = File.OpenRead(images["e.parquet"]);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["path", "label", "part", "embedding"], reader.Schema.Fields.Select(field => field.Name));

        // What is there is not replaced unasked, and nothing is computed before that is said.
        CommandLine again = await CommandLine.RunAsync("embed", file, "--images", images.ImageFolder, "--out", images["e.csv"]);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("--force", again.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("embedding", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_FewLabels_SavesAClassifierThatGoesIntoAGraph()
    {
        string file = Weights(), folder = images.ImageFolder;
        CommandLine made = await Run(
            "classify", file, "--labelled", folder, "--images", folder, "--predictions", images["p.csv"], "--image-size", "16", "--out",
            images["c.json"], "--threads", "1", "--json");
        JsonNode found = made.Json["crossValidation"]!;
        Assert.True((double)found["low"]! <= (double)found["accuracy"]! && (double)found["accuracy"]! <= (double)found["high"]!);
        Assert.Equal(40, found["confusion"]!.AsArray().Sum(row => row!.AsArray().Sum(count => (int)count!)));
        Assert.Equal(40, made.Json["images"]!.AsArray().Count);
        Assert.Equal(41, (await File.ReadAllLinesAsync(images["p.csv"], TestContext.Current.CancellationToken)).Length);
        CommandLine again = await Run(
            "classify", file, "--classifier", images["c.json"], "--images", folder, "--image-size", "16", "--threads", "1", "--json");
        Assert.Equal(made.Json["images"]!.ToJsonString(), again.Json["images"]!.ToJsonString());

        // The layer may be chosen by the labelled images; what is made of it remembers which it was.
        string[] auto = ["--image-size", "16", "--layer", "auto", "--threads", "1", "--json"];
        CommandLine chosen = await Run(["classify", file, "--labelled", folder, "--out", images["a.json"], .. auto]);
        string layer = (string)chosen.Json["layer"]!;
        Assert.Contains($"--layer auto takes {layer}, which has the highest accuracy by cross-validation", chosen.Error, StringComparison.Ordinal);
        CommandLine later = await Run(["classify", file, "--classifier", images["a.json"], "--images", folder, .. auto]);
        Assert.Contains($"--layer auto takes {layer}: the classifier was made with it.", later.Error, StringComparison.Ordinal);
        CommandLine exported = await Run(["export", file, "--classifier", images["a.json"], "--out", images["a.onnx"], .. auto]);
        Assert.Equal(layer, (string)exported.Json["encoder"]!["layer"]!);
        CommandLine embedded = await Run(["embed", file, "--images", folder, "--out", images["a.csv"], .. auto]);
        Assert.Contains("--layer auto takes layer4: there are no labels", embedded.Error, StringComparison.Ordinal);
        CommandLine other = await CommandLine.RunAsync(
            "classify", file, "--classifier", images["c.json"], "--images", folder, "--image-size", "16", "--layer", "layer1", "--threads", "1");
        Assert.Contains("another encoder or layer", other.Error, StringComparison.Ordinal);
        CommandLine graph = await Run(
            "export", file, "--image-size", "16", "--classifier", images["c.json"], "--out", images["e.onnx"], "--threads", "1", "--json");
        Assert.Contains(graph.Json["outputs"]!.AsArray(), output => (string)output!["name"]! == "probabilities");
    }

    [Fact]
    public async Task Search_QueryAndDuplicates_FindsTheImageItselfAndItsCopy()
    {
        string folder = images.ImageFolder, query = Path.Combine(folder, "class0", "03.png");
        File.Copy(query, Path.Combine(folder, "class1", "copy.png"));
        string file = Weights();
        CommandLine near = await Run(
            "search", file, "--query", query, "--images", folder, "--image-size", "16", "--count", "3", "--out", images["s.png"], "--threads",
            "1", "--json");
        Assert.Equal(
            ["class0/03.png", "class1/copy.png"], near.Json["found"]!.AsArray().Take(2).Select(row => (string)row!["path"]!).Order());
        Assert.True(new FileInfo(images["s.png"]).Length > 500);
        CommandLine pairs = await Run(
            "search", file, "--duplicates", "--similarity", "0.9999999", "--images", folder, "--image-size", "16", "--threads", "1", "--json");
        Assert.Contains(
            pairs.Json["pairs"]!.AsArray(),
            pair => (string)pair!["first"]! == "class0/03.png" && (string)pair["second"]! == "class1/copy.png");
    }

    private static async Task<CommandLine> Run(params string[] arguments)
    {
        CommandLine result = await CommandLine.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private string Weights()
    {
        using SslMethod method = Tiny.Method(seed: 9);
        string file = images["weights.safetensors"];
        Safetensors.Write(file, method.Backbone.state_dict());
        return file;
    }
}
