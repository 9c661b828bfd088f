using System.CommandLine;
using System.CommandLine.Parsing;
using BenchmarkDotNet.Running;
using Lethe.Benchmarks;
using Lethe.Benchmarks.Kernels;
using Lethe.Runtime;

var images = new Option<DirectoryInfo>("--images") { Description = "folder of class folders", Required = true };
var count = new Option<int>("--count") { Description = "images to train on", DefaultValueFactory = _ => 2048 };
var size = new Option<int>("--size") { Description = "height and width of views", DefaultValueFactory = _ => 32 };
var width = new Option<int>("--width") { Description = "channels of the first stage; 64 is ResNet-18", DefaultValueFactory = _ => 64 };
var batch = new Option<int>("--batch") { Description = "images in a batch", DefaultValueFactory = _ => 128 };
var steps = new Option<int>("--steps") { Description = "steps that are timed", DefaultValueFactory = _ => 12 };
var warmUp = new Option<int>("--warmup") { Description = "steps before the clock starts", DefaultValueFactory = _ => 3 };
var threads = new Option<int>("--threads") { Description = "threads to compute with", DefaultValueFactory = _ => 2 };
var seed = new Option<int>("--seed") { Description = "what all randomness is derived from", DefaultValueFactory = _ => 0 };
var n = new Option<int>("--n") { Description = "images, of two views each", DefaultValueFactory = _ => 256 };
var d = new Option<int>("--d") { Description = "dimension", DefaultValueFactory = _ => 128 };
var repeats = new Option<int>("--repeats") { Description = "how often", DefaultValueFactory = _ => 3 };
var rows = new Option<int>("--rows") { Description = "labelled rows to fit on", DefaultValueFactory = _ => 2000 };
var features = new Option<int>("--features") { Description = "dimension of the features", DefaultValueFactory = _ => 512 };
var ofRun = new Option<string?>("--run") { Description = "a run whose encoder gives the features, in place of made-up ones" };
var layer = new Option<string>("--layer") { Description = "the layer of that encoder", DefaultValueFactory = _ => "layer4" };
var classes = new Option<int>("--classes") { Description = "classes", DefaultValueFactory = _ => 10 };
var split = new Option<string>("--split") { Description = "the last frozen layer", DefaultValueFactory = _ => "layer2" };
var hypergradient = new Option<string>("--hypergradient") { Description = "first-order, finite-difference or exact", DefaultValueFactory = _ => "finite-difference" };
var peers = new Option<DirectoryInfo>("--peers") { Description = "folder of the PyTorch programs", DefaultValueFactory = _ => new DirectoryInfo("benchmarks/peers") };
var python =
    new Option<string>("--python") { Description = "a Python with torch and torchvision", DefaultValueFactory = _ => "/usr/bin/python3" };
var bdnArguments = new Argument<string[]>("arguments") { Description = "what BenchmarkDotNet takes, such as --filter '*View*'; put -- "
    + "before them", DefaultValueFactory = _ => ["--filter", "*"] };

var backbone = new Option<string>("--backbone") { Description = "the network", DefaultValueFactory = _ => "resnet18" };
var operations = new Option<string>("--kernels") { Description = "ours or torch", DefaultValueFactory = _ => "ours" };
var training = new Command("training", "End-to-end SimCLR pre-training, images per second") { images, count, size, backbone, width, batch, steps, warmUp, threads, operations };
training.SetAction(parsed => TrainingThroughput.Measure(
    parsed.GetValue(images)!.FullName, parsed.GetValue(count), parsed.GetValue(size), parsed.GetValue(backbone)!, parsed.GetValue(width),
    parsed.GetValue(batch), parsed.GetValue(steps), parsed.GetValue(warmUp), parsed.GetValue(threads), parsed.GetValue(operations)!));
var passes = new Command(
    "features",
    "Features of images, without decoding, images per second") { size, backbone, width, batch, steps, warmUp, threads, operations };
passes.SetAction(parsed => FeatureThroughput.Measure(
    parsed.GetValue(backbone)!, parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(batch), parsed.GetValue(steps),
    parsed.GetValue(warmUp), parsed.GetValue(threads), parsed.GetValue(operations)!));

var stem = new Option<string>("--stem") { Description = "small (3×3) or large (7×7 and a pool), as ImageNet has it", DefaultValueFactory = _ => "small" };
var ready = new Option<int>("--onnx-batch") { Description = "images in a batch for ONNX Runtime alone", DefaultValueFactory = _ => 32 };
var embed = new Command(
    "embed",
    "Embeddings of images in memory by Lethe, Lethe.Onnx, and ONNX Runtime on the same file, images per "
    + "second, in turn") { backbone, stem, size, width, count, ready, threads, repeats };
embed.SetAction(parsed => EmbedThroughput.Measure(
    parsed.GetValue(backbone)!, parsed.GetValue(stem)!, parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(count),
    parsed.GetValue(ready), parsed.GetValue(threads), parsed.GetValue(repeats)));

var npy = new Option<FileInfo>("--features") { Description = "a .npy file that lethe embed wrote of images in class folders", Required = true };
var foreign = new Option<FileInfo?>("--other") { Description = "another, of images of another kind" };
var perClass = new Option<int[]>("--per-class") { Description = "labelled images of each class", DefaultValueFactory = _ => [2, 5, 20, 60], AllowMultipleArgumentsPerToken = true };
var fewLabels = new Command(
    "few-labels", "Markdown table: classifiers from few labelled images, what they say of themselves and what they "
    + "reject") { npy, foreign, perClass, repeats };
fewLabels.SetAction(parsed => FewLabels.Write(
    parsed.GetValue(npy)!.FullName, parsed.GetValue(foreign)?.FullName, parsed.GetValue(perClass)!, parsed.GetValue(repeats)));

var interpolation = new Option<string>("--interpolation") { Description = "bilinear or bicubic", DefaultValueFactory = _ => "bilinear" };
var source = new Option<DirectoryInfo>("--images") { Description = "folder of class folders, decoded before the clock starts" };
var files = new Option<DirectoryInfo>("--files") { Description = "folder of class folders, decoded while the clock runs" };
var many = new Option<int>("--count") { Description = "images to make views of, of those in --images", DefaultValueFactory = _ => 1024 };
var seconds = new Option<double>("--seconds") { Description = "how long at least", DefaultValueFactory = _ => 2 };
var augmentation = new Command(
    "augmentation", "Views per second on one thread, from memory or from files") { source, files, many, size, interpolation, seconds };
augmentation.Validators.Add(RequireOneSource);
augmentation.SetAction(parsed =>
{
    if (parsed.GetValue(files) is { } folder)
        AugmentationThroughput.FromFiles(folder.FullName, parsed.GetValue(size), parsed.GetValue(interpolation)!, parsed.GetValue(seconds));
    else
        AugmentationThroughput.FromMemory(
            parsed.GetValue(source)!.FullName, parsed.GetValue(many), parsed.GetValue(size), parsed.GetValue(interpolation)!,
            parsed.GetValue(seconds));
});

var cache = new Option<string?>("--cache") { Description = "keep decoded images in this file; else they are in memory" };
var small =
    new Option<int>("--width") { Description = "channels of the network's first stage; 0 for views alone", DefaultValueFactory = _ => 0 };
var epoch = new Command(
    "epoch", "What an image of an epoch costs, views alone or with a small network, one thread") { images, count, size, small, cache };
epoch.SetAction(parsed => EpochTime.Measure(
    parsed.GetValue(images)!.FullName, parsed.GetValue(count), parsed.GetValue(size), parsed.GetValue(small), parsed.GetValue(cache)));

var codingRate = new Command(
    "coding-rate", "Coding rate reduction of the instance partition with its gradient, seconds") { n, d, threads, repeats };
codingRate.SetAction(
    parsed => CodingRateTime.Measure(parsed.GetValue(n), parsed.GetValue(d), parsed.GetValue(threads), parsed.GetValue(repeats)));

var linearProbe = new Command(
    "linear-probe",
    "The linear protocol, choice of its strength included, seconds and accuracy") { ofRun, layer, rows, features, classes, threads, seed };
linearProbe.SetAction(parsed => LinearProbeTime.Measure(ProbeRows(parsed), parsed.GetValue(threads)));

var umm = new Command("umm", "One step of UMM, seconds") { width, size, batch, split, hypergradient, steps, warmUp, threads };
umm.SetAction(parsed => UmmStepTime.Measure(
    parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(batch), parsed.GetValue(split)!,
    parsed.GetValue(hypergradient)!, parsed.GetValue(steps), parsed.GetValue(warmUp), parsed.GetValue(threads)));

var methods = new Command(
    "methods", "What a training step of each method costs beside one of SimCLR") { width, size, batch, steps, warmUp, threads, repeats };
methods.SetAction(parsed => MethodCost.Measure(
    parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(batch), parsed.GetValue(steps), parsed.GetValue(warmUp),
    parsed.GetValue(threads), parsed.GetValue(repeats)));

var profile = new Command(
    "profile", "Where the time of a training step goes, beside what the machine can do") { backbone, width, size, batch, threads };
profile.SetAction(
    parsed => StepProfile.Measure(
        parsed.GetValue(backbone)!, parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(batch), parsed.GetValue(threads)));

var diagnosis = new Command(
    "diagnosis",
    "Diagnosing every layer on many images, as a share of an epoch of training on as many") { count, width, size, batch, threads };
diagnosis.SetAction(
    parsed => DiagnosisCost.Measure(
        parsed.GetValue(count), parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(batch), parsed.GetValue(threads)));

var rankCount = new Option<int>("--ranks") { Description = "processes that train together", DefaultValueFactory = _ => 2 };
var method = new Option<string>("--method") { Description = "the method", DefaultValueFactory = _ => "simclr" };
var ranked = new Command(
    "ranks", "Pre-training by several ranks beside one process with all threads, in turn, and what their calls cost") { backbone, method, width, size, batch, steps, warmUp, threads, rankCount, repeats };
ranked.SetAction(parsed => RankedThroughput.Compare(
    [
        "--backbone", parsed.GetValue(backbone)!, "--method", parsed.GetValue(method)!, "--width", $"{parsed.GetValue(width)}",
        "--size", $"{parsed.GetValue(size)}", "--batch", $"{parsed.GetValue(batch)}", "--steps", $"{parsed.GetValue(steps)}",
        "--warmup", $"{parsed.GetValue(warmUp)}",
    ],
    parsed.GetValue(rankCount), parsed.GetValue(threads), parsed.GetValue(repeats)));
var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
var precision = new Option<string>("--precision") { Description = "float32 or bf16", DefaultValueFactory = _ => "float32" };
var rankedStep = new Command(
    "ranked-step", "One rank of such a measurement, or one process; also under mpirun or on a GPU") { backbone, method, width, size, batch, steps, warmUp, threads, device, precision };
rankedStep.SetAction(parsed => RankedThroughput.Step(
    parsed.GetValue(backbone)!, parsed.GetValue(method)!, parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(batch),
    parsed.GetValue(steps), parsed.GetValue(warmUp), parsed.GetValue(threads), parsed.GetValue(device)!, parsed.GetValue(precision)!));

var heads = new Command(
    "heads", "Heads and loss of a method on a whole batch of features, which every rank computes for itself, seconds") { backbone, method, width, batch, steps, threads };
heads.SetAction(parsed => HeadCost.Measure(
    parsed.GetValue(backbone)!, parsed.GetValue(method)!, parsed.GetValue(width), parsed.GetValue(batch), parsed.GetValue(steps),
    parsed.GetValue(threads)));

var runs = new Argument<string[]>("runs") { Description = "run directories of lethe pretrain" };
var table = new Command("table", "Markdown table of runs: one row for each method, over its seeds") { runs };
table.SetAction(parsed => MethodTable.Write(parsed.GetValue(runs)!));

var compare = new Command("compare", "Lethe and the PyTorch programs in turn at equal settings: medians, spread and ratios");
var compareTraining = new Command("training", "Images per second of SimCLR pre-training") { images, count, size, backbone, width, batch, steps, warmUp, threads, repeats, peers, python };
compareTraining.SetAction(parsed => Compare(parsed).Training(
    parsed.GetValue(images)!.FullName, parsed.GetValue(count), parsed.GetValue(size), parsed.GetValue(backbone)!, parsed.GetValue(width),
    parsed.GetValue(batch), parsed.GetValue(steps), parsed.GetValue(warmUp), parsed.GetValue(threads)));
var compareFeatures = new Command("features", "Images per second of feature extraction, without decoding") { size, backbone, width, batch, steps, warmUp, threads, repeats, peers, python };
compareFeatures.SetAction(parsed => Compare(parsed).Features(
    parsed.GetValue(size), parsed.GetValue(backbone)!, parsed.GetValue(width), parsed.GetValue(batch), parsed.GetValue(steps),
    parsed.GetValue(warmUp), parsed.GetValue(threads)));
compare.Add(compareFeatures);
var compareAugmentation = new Command(
    "augmentation",
    "Views per second on one thread against torchvision on PIL, from memory or from "
    + "files") { source, files, many, size, interpolation, seconds, repeats, peers, python };
compareAugmentation.Validators.Add(RequireOneSource);
compareAugmentation.SetAction(parsed => Compare(parsed).Augmentation(
    parsed.GetValue(source)?.FullName, parsed.GetValue(files)?.FullName, parsed.GetValue(many), parsed.GetValue(size),
    parsed.GetValue(interpolation)!, parsed.GetValue(seconds)));
var compareCodingRate = new Command(
    "coding-rate", "Seconds of coding rate reduction, and whether the values agree") { n, d, threads, repeats, peers, python };
compareCodingRate.SetAction(parsed => Compare(parsed).CodingRate(parsed.GetValue(n), parsed.GetValue(d), parsed.GetValue(threads)));
var compareUmm = new Command(
    "umm",
    "Seconds of a step of UMM with finite differences") { width, size, batch, split, steps, warmUp, threads, repeats, peers, python };
compareUmm.SetAction(parsed => Compare(parsed).Umm(
    parsed.GetValue(width), parsed.GetValue(size), parsed.GetValue(batch), parsed.GetValue(split)!, parsed.GetValue(steps),
    parsed.GetValue(warmUp), parsed.GetValue(threads)));
var compareEpochs = new Command(
    "epochs", "What an image of an epoch costs as there are more images, in turn") { images, size, small, cache, repeats, peers, python };
compareEpochs.SetAction(parsed => Compare(parsed).Epochs(
    parsed.GetValue(images)!.FullName, parsed.GetValue(size), parsed.GetValue(small), parsed.GetValue(cache)));
compare.Add(compareEpochs);
compare.Add(compareAugmentation);
var compareLinearProbe = new Command(
    "linear-probe",
    "Seconds and accuracy of the linear protocol against 1 000 epochs of Adam on the same "
    + "features") { ofRun, layer, rows, features, classes, threads, seed, repeats, peers, python };
compareLinearProbe.SetAction(parsed => Compare(parsed).LinearProbe(ProbeRows(parsed), parsed.GetValue(threads)));
compare.Add(compareLinearProbe);
compare.Add(compareTraining);
compare.Add(compareUmm);
compare.Add(compareCodingRate);

var below = new Option<string>("--below") { Description = "folders to take images from, with commas between; all where none is named", DefaultValueFactory = _ => "" };
var duplicates = new Command("duplicates", "What 'lethe data check' finds of planted duplicates: recall and precision") { images, below, count, seed };
duplicates.SetAction(parsed => PlantedDuplicates.Measure(
    parsed.GetValue(images)!.FullName, parsed.GetValue(below)!, parsed.GetValue(count), parsed.GetValue(seed)));

var kernels = new Command("kernels", "BenchmarkDotNet over the kernels") { bdnArguments };
kernels.SetAction(parsed =>
{
    BenchmarkSwitcher.FromAssembly(typeof(ViewBenchmarks).Assembly).Run(parsed.GetValue(bdnArguments));
});

try
{
    TorchRuntime.Prepare(new TorchRuntimeOptions { Notice = Console.Error.WriteLine });
    return new RootCommand(
        "Measures how fast Lethe is, alone and beside PyTorch.") { training, passes, embed, fewLabels, augmentation, epoch, profile, diagnosis, codingRate,
        linearProbe, umm, methods, ranked, rankedStep, heads, table, compare, duplicates, kernels }
        .Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (LetheException error)
{
    Console.Error.WriteLine(error.Message);
    return error is InvalidOptionException ? 2 : 1;
}

void RequireOneSource(CommandResult result)
{
    if ((result.GetValue(source) is null) == (result.GetValue(files) is null))
        result.AddError("Give either --images FOLDER or --files FOLDER.");
}

LinearProbeRows ProbeRows(ParseResult parsed) => new(
    parsed.GetValue(ofRun), parsed.GetValue(layer)!, parsed.GetValue(rows), parsed.GetValue(features), parsed.GetValue(classes),
    parsed.GetValue(seed));

Comparison Compare(ParseResult parsed) => new(parsed.GetValue(python)!, parsed.GetValue(peers)!.FullName, parsed.GetValue(repeats));
