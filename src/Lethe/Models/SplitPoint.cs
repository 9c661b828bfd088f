namespace Lethe.Models;

/// <summary>
/// A named point of a backbone: the output of a part, under torchvision's names. A batch can enter the backbone at any
/// of them, which is how a loss is computed from frozen early features.
/// </summary>
public enum SplitPoint
{
    /// <summary>The images themselves, before any part.</summary>
    Input,

    /// <summary>After the first convolution, its batch-norm, ReLU and, for large images, pooling.</summary>
    Stem,

    /// <summary>After the first stage.</summary>
    Layer1,

    /// <summary>After the second stage.</summary>
    Layer2,

    /// <summary>After the third stage.</summary>
    Layer3,

    /// <summary>After the fourth and last stage.</summary>
    Layer4,
}
