using System.CommandLine;

namespace Lethe.Cli;

/// <summary>What the help of a verb begins and ends with: the options that matter first, and command lines to start from.</summary>
/// <param name="First">Options, the most important first.</param>
/// <param name="Examples">What to do, and the command line that does it.</param>
internal sealed record VerbGuide(IReadOnlyList<string> First, IReadOnlyList<(string Purpose, string Line)> Examples)
{
    private static readonly string[] training =
    [
        "--data", "--out", "--method", "--epochs", "--minutes", "--image-size", "--backbone", "--width", "--seed", "--resume",
    ];

    private static readonly Dictionary<string, VerbGuide> guides = new()
    {
        [""] = new([],
        [
            ("The whole workflow on embedded images, in a few minutes", "lethe run"),
            ("The same on a folder of photos", "lethe run --data photos"),
            ("Speeds and problems of this machine", "lethe doctor"),
        ]),
        ["run"] = new(training,
        [
            ("The whole workflow on embedded images, in a few minutes", "lethe run"),
            ("On a folder of images", "lethe run --data photos --out runs/photos"),
        ]),
        ["pretrain"] = new(training,
        [
            ("Train on a folder of images", "lethe pretrain --data photos --out runs/photos"),
            ("Continue after an interruption", "lethe pretrain --resume --out runs/photos"),
            ("Options from a file, one of them overridden", "lethe pretrain --config settings.yaml --epochs 200"),
        ]),
        ["import"] = new(["--data", "--out", "--method", "--head-epochs", "--image-size", "--dry", "--seed", "--resume"],
        [
            ("See what a file holds", "lethe import resnet18.pth --dry"),
            ("Turn it into a run and measure it", "lethe import resnet18.pth --data photos --out runs/imported"),
        ]),
        ["undo"] = new(["--rivals", "--dose", "--alpha", "--beta", "--split", "--iterations", "--remedy", "--name", "--seed", "--resume"],
        [
            ("UMM beside its control, with the default options", "lethe undo runs/photos"),
            ("With shares of 0.5, beside the control and four simpler remedies", "lethe undo runs/photos --dose share --beta 0.5 --rivals"),
            ("Continue after an interruption", "lethe undo runs/photos --resume"),
        ]),
        ["diagnose"] = new(["--measures", "--against", "--features", "--labels", "--views", "--data"],
        [
            ("The layers of a run over its training", "lethe diagnose runs/photos"),
            ("Features from any framework, two views of each image", "lethe diagnose --features features.npy --views 2"),
            ("Images that runs/a has memorised, judged against runs/b", "lethe diagnose runs/a --against runs/b"),
        ]),
        ["evaluate"] = new(["--protocol", "--quick", "--stages", "--target", "--encoder", "--data", "--out"],
        [
            ("Ridge probe and kNN of every state of a run", "lethe evaluate runs/photos"),
            ("Protocols from the literature", "lethe evaluate runs/photos --protocol linear,knn"),
            ("An encoder from elsewhere", "lethe evaluate --encoder resnet18.pth --data photos --out scores.json"),
        ]),
        ["compare"] = new(["--layer", "--every-layer", "--baseline", "--undos", "--out", "--markdown", "--csv", "--latex"],
            [("Two settings, with several seeds each", "lethe compare runs/a-seed0 runs/a-seed1 runs/b-seed0 runs/b-seed1")]),
        ["report"] = new(
            ["--out", "--force", "--markdown", "--csv", "--latex", "--svg", "--png", "--figures", "--map-images", "--map-columns"],
        [
            ("One run on one page", "lethe report runs/photos"),
            ("The same with a map of 5000 images, half of them trained on", "lethe report runs/photos --map-images 5000"),
            ("Its figures as PNG files", "lethe report runs/photos --png all"),
        ]),
        ["watch"] = new(["--port"],
        [
            ("All runs below runs/, as they go", "lethe watch"),
            ("One run", "lethe watch runs/photos"),
            ("From another machine: ssh -L 8123:127.0.0.1:8123 HOST, and there", "lethe watch --port 8123"),
        ]),
        ["runs"] = new(["--filter", "--sort", "--reverse", "--measure", "--csv", "--markdown"],
        [
            ("All runs below runs/", "lethe runs"),
            ("Finished runs, the best last", "lethe runs sweeps/methods --filter done --sort best"),
        ]),
        ["sweep"] = new(["--dry", "--jobs", "--threads", "--retries", "--slurm", "--out"],
        [
            ("See the cells of a file", "lethe sweep methods.yaml --dry"),
            ("Make them, or continue", "lethe sweep methods.yaml"),
            ("On a cluster", "lethe sweep methods.yaml --slurm"),
        ]),
        ["reproduce"] = new(["--preset", "--protocol", "--out", "--data", "--seeds", "--target", "--domains", "--paper", "--yes"],
        [
            ("All items, and how long each takes on this machine", "lethe reproduce list"),
            ("A quick trial of everything, in minutes", "lethe reproduce all --preset smoke"),
            ("Two figures by the conventions of the authors' code", "lethe reproduce figure1 figure2 --preset small --protocol paper"),
        ]),
        ["embed"] = new(["--images", "--out", "--projector", "--layer", "--checkpoint", "--force"],
        [
            ("A table of embeddings with their paths", "lethe embed runs/photos --images photos --out embeddings.parquet"),
            ("As an array, with the paths beside it", "lethe embed runs/photos --images photos --out embeddings.npy"),
            ("For TensorBoard's projector", "lethe embed runs/photos --images photos --projector projector"),
        ]),
        ["classify"] = new(["--labelled", "--images", "--classifier", "--out", "--predictions", "--layer"],
        [
            ("A classifier from a folder for each class", "lethe classify runs/photos --labelled examples --out animals.json"),
            (
                "Classify other images with it",
                "lethe classify runs/photos --classifier animals.json --images photos"),
        ]),
        ["search"] = new(["--images", "--query", "--duplicates", "--count", "--similarity", "--out"],
        [
            ("Images similar to one", "lethe search runs/photos --images photos --query cat.jpg --out alike.png"),
            ("Near-duplicates", "lethe search runs/photos --images photos --duplicates"),
        ]),
        ["export"] = new(["--format", "--out", "--layer", "--checkpoint", "--classifier", "--force"],
        [
            ("An ONNX graph, verified as it is written", "lethe export runs/photos --format onnx"),
            ("A folder for timm", "lethe export runs/photos --format timm --out encoder"),
        ]),
        ["data"] = new([], [("What --data takes", "lethe data"), ("What is in a folder", "lethe data describe --data photos")]),
        ["data describe"] = new(["--data", "--image-size", "--limit"], [("What is in a folder", "lethe data describe --data photos")]),
        ["data check"] = new(["--data", "--labels", "--group-by"],
            [("Duplicates, odd images and small classes, before a long run", "lethe data check --data photos")]),
        ["methods"] = new([], [("All methods", "lethe methods"), ("The options of one", "lethe methods byol")]),
        ["doctor"] = new(["--speed"],
        [
            ("Speeds and problems of this machine", "lethe doctor"),
            ("The same for a bug report, without the measurement", "lethe doctor --speed false --json"),
        ]),
    };

    /// <summary>That of a verb; an empty one where none was written.</summary>
    public static VerbGuide Of(Command verb) => guides.GetValueOrDefault(Usage.NameOf(verb), new VerbGuide([], []));
}
