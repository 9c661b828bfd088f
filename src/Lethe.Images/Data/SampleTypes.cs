namespace Lethe.Data;

/// <summary>What follows from the type of samples.</summary>
internal static class SampleTypes
{
    /// <summary>Bytes of a sample.</summary>
    public static int Size(this SampleType type) => type switch { SampleType.UInt8 => 1, SampleType.UInt16 => 2, _ => 4 };

    /// <summary>The value that is white: 255, 65535 or 1. What one type holds becomes another by the ratio of these.</summary>
    public static float White(this SampleType type) => type switch { SampleType.UInt8 => 255, SampleType.UInt16 => 65535, _ => 1 };

    /// <summary>What people call it.</summary>
    public static string Name(this SampleType type) => type switch
    {
        SampleType.UInt8 => "8-bit", SampleType.UInt16 => "16-bit", _ => "32-bit float",
    };
}
