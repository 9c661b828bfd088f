using Lethe.Methods;

namespace Lethe.Reproduction;

/// <summary>How much is run: the methods, seeds, images and network of all items.</summary>
/// <param name="Name">As in <c>--preset</c>.</param>
/// <param name="Summary">What it is for, in a few words.</param>
internal sealed record Preset(string Name, string Summary)
{
    /// <summary>Names of the methods.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>Runs of each method that differ in the seed alone.</summary>
    public required int Seeds { get; init; }

    /// <summary>The images where none are named.</summary>
    public string Data { get; init; } = "embedded";

    /// <summary>Depth and width of the network, and the size of views in pixels.</summary>
    public required (string Backbone, int Width, int ImageSize) Network { get; init; }

    /// <summary>Training images at most; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>Images at most that probes are fitted on, and as many to measure with.</summary>
    public int Measured { get; init; } = 2000;

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Evaluations of a pre-training; too few, and no turn can be seen.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Iterations of an undo.</summary>
    public required int Iterations { get; init; }

    /// <summary>Iterations between evaluations of an undo; 0 for five in all.</summary>
    public int EvaluateIterations { get; init; }

    /// <summary>Whether protocols take few images, draws and steps.</summary>
    public bool Quick { get; init; }

    /// <summary>Whether it begins only after its bill was agreed to.</summary>
    public bool NeedsYes { get; init; }

    public static Preset Smoke { get; } = new("smoke", "that everything runs, in minutes; too small for conclusions")
    {
        Methods = ["simclr"],
        Seeds = 2,
        Network = ("resnet10", 4, 16),
        Limit = 256,
        Measured = 200,
        Epochs = 8,
        BatchSize = 64,
        Evaluations = 8,
        Iterations = 6,
        EvaluateIterations = 3,
        Quick = true,
    };

    public static Preset Small { get; } = new("small", "two methods, three seeds, a narrow network, small views")
    {
        Methods = ["simclr", "barlow-twins"],
        Seeds = 3,
        Network = ("resnet10", 16, 16),
        Limit = 2000,
        Epochs = 150,
        BatchSize = 128,
        Evaluations = 25,
        Iterations = 100,
    };

    public static Preset Night { get; } = new("night", "four methods, three seeds, long enough for a late turn")
    {
        Methods = ["simclr", "barlow-twins", "vicreg", "byol"],
        Seeds = 3,
        Network = ("resnet10", 16, 16),
        Limit = 2000,
        Epochs = 400,
        BatchSize = 128,
        Evaluations = 30,
        Iterations = 200,
    };

    public static Preset Weekend { get; } = new("weekend", "all methods, three seeds")
    {
        Methods = Every,
        Seeds = 3,
        Network = ("resnet10", 16, 16),
        Limit = 5000,
        Epochs = 400,
        BatchSize = 128,
        Evaluations = 30,
        Iterations = 300,
    };

    public static Preset Full { get; } = new("full", "the paper's scale: ResNet-18, all methods, five seeds, CIFAR-10")
    {
        Methods = Every,
        Seeds = 5,
        Data = "cifar-10",
        Network = ("resnet18", 64, 32),
        Measured = 10_000,
        Epochs = 1000,
        BatchSize = 512,
        Evaluations = 50,
        Iterations = 1000,
        NeedsYes = true,
    };

    /// <summary>All, the shortest first.</summary>
    public static IReadOnlyList<Preset> All { get; } = [Smoke, Small, Night, Weekend, Full];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(preset => preset.Name)];

    // The methods of the paper: a control that learns from labels is none of them.
    private static IReadOnlyList<string> Every => [.. MethodRegistry.All.Where(entry => !entry.TakesLabels).Select(entry => entry.Name)];

    /// <summary>The one of a name that is known.</summary>
    public static Preset Find(string name) => All.First(preset => preset.Name == name);
}
