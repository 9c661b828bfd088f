namespace Lethe.Runs;

/// <summary>The state of the encoder that was evaluated.</summary>
public enum EvaluationStage
{
    /// <summary>Freshly initialised weights.</summary>
    Untrained,

    /// <summary>After pre-training, before UMM.</summary>
    Before,

    /// <summary>After as many steps of plain self-supervised training as UMM made, from the same checkpoint.</summary>
    Control,

    /// <summary>After UMM.</summary>
    Umm,
}
