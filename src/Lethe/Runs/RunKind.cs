namespace Lethe.Runs;

/// <summary>What a run directory holds.</summary>
internal enum RunKind
{
    /// <summary>Pre-training of an encoder without labels.</summary>
    Pretrain,

    /// <summary>UMM on a pre-trained encoder.</summary>
    Umm,

    /// <summary>The control beside UMM: as many steps of plain self-supervised training from the same checkpoint.</summary>
    Control,
}
