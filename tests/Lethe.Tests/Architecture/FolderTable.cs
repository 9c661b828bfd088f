namespace Lethe.Tests.Architecture;

/// <summary>What each folder of the library may use. The one place where this is decided; ARCHITECTURE.md tells the reasons.</summary>
internal static class FolderTable
{
    public static readonly IReadOnlyDictionary<string, string[]> MayUse = new Dictionary<string, string[]>
    {
        ["Runtime"] = [],
        ["Numerics"] = ["Runtime"],
        ["Ranks"] = ["Runtime"],
        ["Operators"] = ["Runtime", "Numerics", "Ranks"],
        ["Storage"] = ["Runtime"],
        ["Data"] = ["Runtime", "Numerics", "Storage"],
        ["Augmentation"] = ["Runtime", "Numerics", "Data"],
        ["Recognition"] = ["Runtime", "Numerics", "Storage"],
        ["Onnx"] = ["Runtime", "Data", "Augmentation", "Recognition"],
        ["Models"] = ["Runtime", "Numerics", "Operators", "Ranks"],
        ["Methods"] = ["Runtime", "Numerics", "Operators", "Models"],
        ["Diagnostics"] = ["Runtime", "Numerics", "Operators"],
        ["Training"] = ["Runtime", "Numerics", "Ranks", "Operators", "Storage", "Data", "Augmentation", "Models", "Methods", "Diagnostics"],
        ["Umm"] = ["Runtime", "Numerics", "Ranks", "Operators", "Storage", "Data", "Augmentation", "Models", "Methods", "Training", "Diagnostics"],
        ["Evaluation"] =
            ["Runtime", "Numerics", "Operators", "Storage", "Data", "Augmentation", "Models", "Methods", "Training", "Diagnostics"],
        ["Interchange"] =
            ["Runtime", "Numerics", "Operators", "Storage", "Data", "Augmentation", "Recognition", "Models", "Methods", "Training", "Diagnostics", "Evaluation"],
        ["Runs"] =
        [
            "Runtime", "Storage", "Data", "Augmentation", "Models", "Methods", "Training", "Diagnostics", "Umm", "Evaluation", "Interchange",
        ],
        ["Results"] = ["Runtime", "Data", "Models", "Diagnostics", "Umm", "Runs"],
        ["Reporting"] = ["Runtime", "Models", "Diagnostics", "Umm", "Runs", "Results"],
        ["Workflow"] =
        [
            "Runtime", "Numerics", "Ranks", "Operators", "Storage", "Data", "Augmentation", "Models", "Methods", "Training", "Diagnostics", "Umm",
            "Evaluation", "Interchange", "Recognition",
            "Runs", "Results", "Reporting",
        ],
        ["Reproduction"] =
        [
            "Runtime", "Storage", "Data", "Augmentation", "Models", "Methods", "Training", "Diagnostics", "Umm", "Evaluation", "Runs", "Results",
            "Reporting", "Workflow",
        ],

        ["Watching"] =
            ["Runtime", "Storage", "Data", "Augmentation", "Models", "Training", "Diagnostics", "Umm", "Runs", "Results", "Reporting", "Workflow"],

        // The front door, in the root itself.
        [""] =
        [
            "Runtime", "Numerics", "Operators", "Storage", "Data", "Augmentation", "Models", "Methods", "Training", "Diagnostics", "Umm",
            "Evaluation", "Interchange", "Recognition",
            "Runs", "Results", "Reporting", "Workflow",
        ],
    };

    /// <summary>Folders whose work is on records alone, so that it can be tested and run without torch.</summary>
    public static readonly string[] WithoutTensors = ["Data", "Augmentation", "Recognition", "Onnx", "Results", "Reporting", "Watching"];
}
