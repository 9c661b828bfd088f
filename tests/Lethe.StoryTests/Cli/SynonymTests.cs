using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json.Nodes;
using Lethe.Cli;

namespace Lethe.Tests.Cli;

/// <summary>Other words and spellings of options and names, on the command line and in YAML files.</summary>
[Collection<TorchCollection>]
public sealed class SynonymTests : IDisposable
{
    private static readonly RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("pretrain --lr 0.1", "--learning-rate", "0.1")]
    [InlineData("pretrain --learning_rate 0.1", "--learning-rate", "0.1")]
    [InlineData("pretrain --optimizer AdamW", "--optimiser", "adamw")]
    [InlineData("pretrain --wd 0", "--weight-decay", "0")]
    [InlineData("pretrain --bs 64", "--batch-size", "64")]
    [InlineData("pretrain --arch ResNet-18", "--backbone", "resnet18")]
    [InlineData("pretrain --model resnet_50", "--backbone", "resnet50")]
    [InlineData("pretrain --method MoCo", "--method", "moco")]
    [InlineData("pretrain --method moco-v2", "--method", "moco")]
    [InlineData("pretrain --method SimCLR", "--method", "simclr")]
    [InlineData("pretrain --method BarlowTwins", "--method", "barlow-twins")]
    [InlineData("pretrain --method barlow_twins", "--method", "barlow-twins")]
    [InlineData("pretrain --method WMSE", "--method", "w-mse")]
    [InlineData("pretrain --method W-MSE", "--method", "w-mse")]
    [InlineData("pretrain --method VICReg", "--method", "vicreg")]
    [InlineData("pretrain --dataset CIFAR-10", "--data", "cifar-10")]
    [InlineData("pretrain --data cifar100", "--data", "cifar-100")]
    [InlineData("pretrain --data FashionMNIST", "--data", "fashion-mnist")]
    [InlineData("pretrain --data fmnist", "--data", "fashion-mnist")]
    [InlineData("pretrain --gray-probability 0", "--grey-probability", "0")]
    [InlineData("pretrain --normalization imagenet", "--normalisation", "imagenet")]
    [InlineData("pretrain --memorization-sign Loss", "--memorisation-sign", "loss")]
    [InlineData("pretrain --device GPU", "--device", "cuda")]
    [InlineData("pretrain --device cuda:1", "--device", "cuda:1")]
    [InlineData("undo run --split Layer_3", "--split", "layer3")]
    [InlineData("undo run --outer-optimizer SGD", "--outer-optimiser", "sgd")]
    [InlineData("embed run --images i --out o.npy --layer LAYER-4", "--layer", "layer4")]
    [InlineData("evaluate run --protocol kNN,Color", "--protocol", "knn,colour")]
    [InlineData("classify run --labeled folder", "--labelled", "folder")]
    [InlineData("export run --license MIT", "--licence", "MIT")]
    public void Parse_AnotherWord_MeansTheSame(string line, string flag, string value)
    {
        ParseResult parsed = root.Parse(line.Split(' '));
        Assert.Empty(Usage.Errors(parsed, root));
        Assert.Equal(value, parsed.GetValue<string>(flag));
    }

    /// <summary>A folder of that name is meant where there is one.</summary>
    [Fact]
    public void Canonical_APathThatExists_StaysAsItIs()
    {
        Directory.CreateDirectory(folder["CIFAR10"]);
        Assert.Equal(folder["CIFAR10"], Synonyms.Canonical(folder["CIFAR10"], ["cifar-10"]));
        Assert.Equal("cifar-10", Synonyms.Canonical("CIFAR10", ["cifar-10", "cifar-100"]));
        Assert.Equal("something", Synonyms.Canonical("something", ["cifar-10"]));
    }

    /// <summary>No two options of a verb, and no two names of an option, are the same in another spelling; what the table names exists.</summary>
    [Fact]
    public void Table_NothingIsAmbiguousOrIdle()
    {
        Command[] verbs = [.. Usage.Verbs(root)];
        foreach (Command verb in verbs)
        {
            string[] all = [.. verb.Options.SelectMany(option => option.Aliases.Append(option.Name))];
            Assert.Equal(all.Distinct().Count(), all.Length);
            Assert.All(verb.Options.Where(option => option.CompletionSources.Count > 0), option =>
            {
                string[] names = [.. option.GetCompletions(CompletionContext.Empty).Select(item => Synonyms.Folded(item.Label))];
                Assert.Equal(names.Distinct().Count(), names.Length);
            });
        }

        Assert.All(Synonyms.OfFlags, pair =>
        {
            Option[] options = [.. verbs.SelectMany(verb => verb.Options).Where(option => option.Name == pair.Key)];
            Assert.NotEmpty(options);
            Assert.All(pair.Value, other => Assert.Contains(options, option => option.Aliases.Contains(other)));
        });
        string[] offered =
            [.. verbs.SelectMany(verb => verb.Options).Where(option => option.CompletionSources.Count > 0).SelectMany(option => option.GetCompletions(CompletionContext.Empty).Select(item => item.Label))];
        Assert.All(Synonyms.OfNames.Keys, name => Assert.Contains(name, offered));
    }

    /// <summary>Flags of no record, other spellings and lists work in a file too; what is recorded has Lethe's own names.</summary>
    [Fact]
    public async Task Config_EveryKindOfFlag_IsTakenAndRecordedByItsOwnName()
    {
        await File.WriteAllTextAsync(
            folder["settings.yaml"],
            $"out: {folder["run"]}\nmethod: VICReg\nlr: 0.02\nbatch_size: 32\noptimizer: SGD\nlimit: 64\nimage-size: 16\nmodel: ResNet10\nwidth: 4\nepochs: 9\n"
            + "probe-images: 60\ntest-images: 60\nrate-images: 16\nthreads: 1\njson: true\n",
            TestContext.Current.CancellationToken);
        CommandLine made = await CommandLine.RunAsync("pretrain", "--config", folder["settings.yaml"], "--max_epochs", "1");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal(folder["run"], (string)made.Json["run"]!);
        JsonNode manifest = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder["run"], "run.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal("vicreg", (string)manifest["options"]!["method"]!);
        Assert.Equal(1, (int)manifest["options"]!["training"]!["epochs"]!);
        Assert.Equal("sgd", (string)manifest["options"]!["training"]!["optimiser"]!);
        Assert.Contains("--learning-rate 0.02", (string)manifest["command"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_RequiredFlagsAndLists_AreTaken()
    {
        await File.WriteAllTextAsync(
            folder["embed.yaml"], $"images: {folder.Path}\nout: {folder["e.nyp"]}\n", TestContext.Current.CancellationToken);
        CommandLine embed = await CommandLine.RunAsync("embed", "run", "--config", folder["embed.yaml"]);
        Assert.Equal(2, embed.ExitCode);
        Assert.Contains("e.nyp", embed.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["evaluate.yaml"], "protocol: [linear, frob]\n", TestContext.Current.CancellationToken);
        CommandLine evaluate = await CommandLine.RunAsync("evaluate", "run", "--config", folder["evaluate.yaml"]);
        Assert.Contains("'frob' is unknown", evaluate.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["nested.yaml"], "protocol:\n  a: b\n", TestContext.Current.CancellationToken);
        CommandLine nested = await CommandLine.RunAsync("evaluate", "run", "--config", folder["nested.yaml"]);
        Assert.Contains("line 1: expected 'name: value'", nested.Error, StringComparison.Ordinal);
    }
}
