using Lethe.Runtime;

namespace Lethe.Reproduction;

/// <summary>What to reproduce: its size, conventions and images.</summary>
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
    /// Whose conventions. strict: Lethe's own, with probes fitted on images never trained on. paper: those of the authors' public
    /// code, with a constant learning rate, their views, probes fitted on training images, and ΔR of raw embeddings.
    /// </summary>
    [OneOf(Strict, PaperProtocol)]
    public string Protocol { get; init; } = Strict;

    /// <summary>The folder of the page and its runs. Presets and protocols may share one; existing runs are not made again.</summary>
    public string Out { get; init; } = "reproduction";

    /// <summary>The images: a name that 'lethe data' lists, or a path; empty takes those of the preset.</summary>
    public string? Data { get; init; }

    /// <summary>Folder that holds the files of a named source.</summary>
    public string? DataRoot { get; init; }

    /// <summary>The second labelled data set, for the transfer table: a name that 'lethe data' lists, or a path.</summary>
    public string Target { get; init; } = "causal-shapes";

    /// <summary>A folder of DOMAIN/CLASS/image, for the table of domain shifts; without it the table leaves them out.</summary>
    public string? Domains { get; init; }

    /// <summary>Runs of each setting, with different seeds.</summary>
    [Limit(AtLeast = 1, Unit = "seed", Zero = "for those of the preset")]
    public int Seeds { get; init; }

    /// <summary>A JSON file of the paper's values, digitised by you; they are drawn dashed beside the claim.</summary>
    public string? Paper { get; init; }

    /// <summary>Starts a preset that takes weeks; without it, Lethe only shows the estimated time.</summary>
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
