namespace Lethe.Interchange;

/// <summary>
/// Writes the encoder alone, beside the checkpoints of a training: the backbone's weights in single precision under torchvision's names,
/// and all that is needed to use them in the file's metadata.
/// </summary>
internal static class EncoderExport
{
    /// <summary>Writes the file, whole or not at all. Equal encoders give equal bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The encoder.</param>
    /// <exception cref="Runtime.RunException">It cannot be written.</exception>
    public static void Write(string path, ExportSource source) =>
        StateDictExport.WriteSafetensors(path, source.Network, [(ExportMetadata.Key, source.Metadata.ToJson())]);
}
