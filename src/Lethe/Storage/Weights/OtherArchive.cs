namespace Lethe.Storage.Weights;

/// <summary>What an archive is that holds no PyTorch weights.</summary>
internal static class OtherArchive
{
    private const int Shown = 3;

    /// <summary>What was found and what to do.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="names">Names of its records.</param>
    /// <returns>A sentence or two.</returns>
    public static string Sentence(string path, IReadOnlyList<string> names)
    {
        bool Has(Func<string, bool> which) => names.Any(which);
        bool Ends(string end) => Has(name => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        if (Ends("model.weights.h5"))
            return $"{path} is a Keras model. Its layers are not those of a PyTorch ResNet: export it to ONNX (tf2onnx) and give that.";
        if (Ends(".npy"))
            return $"{path} is a NumPy archive of arrays (.npz), without names of a network that are known. Save them as safetensors under "
                + "torchvision's names.";
        if (Ends("TransformerChain/Model.key") || Has(name => name.Contains("TransformerChain", StringComparison.Ordinal)))
            return $"{path} is an ML.NET model. Give the ONNX file that it was made with, or that it holds.";
        if (Ends("saved_model.pb"))
            return $"{path} is an archive of a TensorFlow model. Export it to ONNX (tf2onnx) and give that.";
        string[] weights =
        [
            .. names.Where(name => Path.GetExtension(name).ToLowerInvariant() is ".pth" or ".pt" or ".ckpt" or ".safetensors" or ".onnx"
                or ".bin"),
        ];
        string list = string.Join(", ", (weights.Length > 0 ? weights : names).Take(Shown));
        return weights.Length > 0
            ? $"{path} is an archive that holds {list}. Unpack it and give that file."
            : $"{path} is an archive without PyTorch's data.pkl; it holds {(list.Length > 0 ? list : "nothing")}. Give the file of weights "
                + "itself.";
    }
}
