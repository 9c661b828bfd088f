namespace Lethe.Models;

/// <summary>How a batch-norm layer makes its passes.</summary>
[Flags]
internal enum BatchNormPass
{
    /// <summary>As in training and evaluation: the batch's statistics, which move the running ones, or the running ones.</summary>
    Usual = 0,

    /// <summary>The running statistics do not move.</summary>
    Held = 1,

    /// <summary>In training mode so that the third derivative is right.</summary>
    ThirdDerivative = 2,

    /// <summary>By the running statistics also in training mode, so that all derivatives are fast and right.</summary>
    Evaluation = 4,
}
