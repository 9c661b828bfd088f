using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Cli.Sweeps;

/// <summary>A cell of a sweep: a pre-training with what comes after it.</summary>
/// <param name="Name">The name of its folder, made of the options that vary.</param>
/// <param name="Root">The folder of the sweep.</param>
/// <param name="Common">The flags of the pre-training of every cell, as <c>--epochs=100</c>.</param>
/// <param name="Own">Those of this one.</param>
/// <param name="Undos">The flags of each undo.</param>
/// <param name="Evaluations">The flags of each evaluation.</param>
internal sealed record SweepCell(
    string Name, string Root, IReadOnlyList<string> Common, IReadOnlyList<string> Own, IReadOnlyList<IReadOnlyList<string>> Undos,
    IReadOnlyList<IReadOnlyList<string>> Evaluations)
{
    /// <summary>The run directory.</summary>
    public string Path => System.IO.Path.Combine(Root, Name);

    /// <summary>Where the sweep keeps what it knows of the cell.</summary>
    public string Folder => System.IO.Path.Combine(Root, Sweep.Folder, Name);

    /// <summary>The command lines of the cell, in their order. Each goes on where it was, and does nothing where all is done.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Steps =>
    [
        ["pretrain", .. Common, .. Own, $"--out={Path}", Again],
        .. Undos.Select(undo => (IReadOnlyList<string>)["undo", Path, .. undo, Again]),
        .. Evaluations.Select(evaluation => (IReadOnlyList<string>)["evaluate", Path, .. evaluation]),
    ];

    /// <summary>How many of the steps are done, by what was written down when they were; those after a changed one are not.</summary>
    public int DoneSteps(CellState state)
    {
        if (!RunDirectory.HoldsRun(Path) || RunDirectory.Open(Path).LoadManifest().Status != RunStatus.Done)
            return 0;
        return Steps.Zip(state.Done).TakeWhile(pair => KeyOf(pair.First) == pair.Second).Count();
    }

    /// <summary>A step as it is written down, wherever the sweep lies.</summary>
    public string KeyOf(IReadOnlyList<string> step) =>
        string.Join(' ', step.Where(word => word != Again).Select(word => ShellWord.Quote(
            word == Path ? "RUN" : word == $"--out={Path}" ? "--out=RUN" : word)));

    private static string Again => $"{ResumeOption.Flag}={ResumeOption.Auto}";
}
