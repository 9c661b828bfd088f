using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>How an encoder from elsewhere becomes a run.</summary>
internal sealed record ImportOptions : OptionRecord
{
    /// <summary>
    /// Epochs for which the method's heads are trained on the frozen encoder, which stays as it is bit for bit. Left out: 10 where --method
    /// is named and its heads are not in the file, else 0. UMM needs trained heads.
    /// </summary>
    [Limit(AtLeast = 0, Unit = "epochs")]
    public int? HeadEpochs { get; init; }
}
