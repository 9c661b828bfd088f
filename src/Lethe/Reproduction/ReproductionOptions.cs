using Lethe.Runtime;

namespace Lethe.Reproduction;

/// <summary>What is reproduced: at which size, by whose conventions, on which images.</summary>
internal sealed record ReproductionOptions : OptionRecord, IConflicting
{
    internal const string Strict = "strict";
    internal const string PaperProtocol = "paper";

    /// <summary>
    /// How much is run: smoke, small, night, weekend or full. 'lethe reproduce list' says what each takes on this machine.
    /// </summary>
    [OneOf(typeof(Reproduction.Preset), nameof(Reproduction.Preset.Names))]
    public string Preset { get; init; } = Reproduction.Preset.Smoke.Name;

    /// <summary>
    /// Whose conventions. strict: Lethe's own, probes fitted on images never trained on; paper: those of the authors' public code, a
    /// constant learning rate, their views, probes fitted on images trained on, ΔR of raw embeddings.
    /// </summary>
    [OneOf(Strict, PaperProtocol)]
    public string Protocol { get; init; } = Strict;

    /// <summary>The folder of the page and its runs. Presets and protocols may share one: a run that is there is not made again.</summary>
    public string Out { get; init; } = "reproduction";

    /// <summary>The images: a name that 'lethe data' lists, or a path; empty takes those of the preset.</summary>
    public string? Data { get; init; }

    /// <summary>Folder that holds the files of a named source.</summary>
    public string? DataRoot { get; init; }

    /// <summary>The other labelled images of the table of transfer: a name that 'lethe data' lists, or a path.</summary>
    public string Target { get; init; } = "causal-shapes";

    /// <summary>A folder of DOMAIN/CLASS/image; without one, other domains are left out of the table of shifts.</summary>
    public string? Domains { get; init; }

    /// <summary>Runs of each setting that differ in the seed alone.</summary>
    [Limit(AtLeast = 1, Unit = "seed", Zero = "for those of the preset")]
    public int Seeds { get; init; }

    /// <summary>A JSON file of the paper's values, digitised by somebody who has them; they are drawn dashed beside the claim.</summary>
    public string? Paper { get; init; }

    /// <summary>Begins a preset that takes weeks, whose bill is otherwise only shown.</summary>
    public bool Yes { get; init; }

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (string.IsNullOrWhiteSpace(Out))
            yield return "--out is empty. Give a folder for the page and its runs.";
        if (string.IsNullOrWhiteSpace(Target))
            yield return "--target is empty. Give a name that 'lethe data' lists, or a path, or leave it out.";
        if (Domains is { } domains && !Directory.Exists(domains))
            yield return $"--domains {domains}: there is no such folder.{Suggestion.OfPath(domains)} Give a folder of DOMAIN/CLASS/image.";
        if (Paper is { } paper && !File.Exists(paper))
            yield return $"--paper {paper}: there is no such file.{Suggestion.OfPath(paper)} Its format is in docs/reproduce.md.";
    }
}
