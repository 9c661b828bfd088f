namespace Lethe.Data;

/// <summary>What a sample of an image is.</summary>
internal enum SampleType
{
    /// <summary>A byte, 0 to 255.</summary>
    UInt8,

    /// <summary>Two bytes without sign, 0 to 65535.</summary>
    UInt16,

    /// <summary>A number of single precision.</summary>
    Float32,
}
