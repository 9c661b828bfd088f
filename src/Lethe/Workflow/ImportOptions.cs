using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>How an encoder from elsewhere becomes a run.</summary>
internal sealed record ImportOptions : OptionRecord
{
    /// <summary>
    /// Epochs to train the method's heads on the frozen encoder, which stays bit for bit the same. By default 10 if --method is given
    /// and its heads are not in the file, else 0. UMM needs trained heads.
    /// </summary>
    [Limit(AtLeast = 0, Unit = "epochs")]
    public int? HeadEpochs { get; init; }
}
