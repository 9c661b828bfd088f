using Lethe.Runtime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Lethe.Onnx;

/// <summary>Opens a file and makes sure that it is an encoder that Lethe exported.</summary>
internal static class OnnxFile
{
    private static readonly string[] usual = ["embedding", "layer4"];

    /// <summary>Opens a file.</summary>
    /// <exception cref="DataException">It is missing or no graph.</exception>
    public static InferenceSession Open(string path, int threads)
    {
        if (!File.Exists(path))
            throw new DataException($"{path} is missing. Give the path of a file that 'lethe export --format onnx' wrote.");
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (threads > 0)
            options.IntraOpNumThreads = threads;
        try
        {
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException error)
        {
            throw new DataException(
                $"{path} cannot be loaded: {error.Message} Give the path of a whole file that 'lethe export --format onnx' wrote.", error);
        }
    }

    /// <summary>What a file says of its encoder.</summary>
    /// <exception cref="DataException">It says nothing, or what cannot be used.</exception>
    public static EncoderDescription Describe(InferenceSession session, string path) =>
        session.ModelMetadata.CustomMetadataMap.TryGetValue(EncoderDescription.Key, out string? json)
            ? EncoderDescription.Parse(json, path)
            : throw NoEncoder(path, $"its metadata have no entry {EncoderDescription.Key}");

    /// <summary>Whether the input is bytes.</summary>
    /// <exception cref="DataException">There is not one input.</exception>
    public static bool TakesBytes(InferenceSession session, string path) =>
        session.InputNames is [var name] && session.InputMetadata[name].IsTensor
            ? session.InputMetadata[name].ElementDataType == TensorElementType.UInt8
            : throw NoEncoder(path, $"it has {session.InputNames.Count} inputs, expected one, of images");

    /// <summary>Makes sure that the input is what the description says.</summary>
    /// <exception cref="DataException">It is not.</exception>
    public static void RequireInput(InferenceSession session, ImageTensors tensors, string path)
    {
        NodeMetadata input = session.InputMetadata[session.InputNames[0]];
        long[] expected = tensors.Shape(-1);
        bool fits = input.ElementDataType is TensorElementType.UInt8 or TensorElementType.Float
            && input.Dimensions.Length == 4 && input.Dimensions.Zip(expected).All(one => one.First < 0 || one.First == one.Second);
        if (!fits)
            throw NoEncoder(
                path, $"its input is {input.ElementDataType} [{string.Join(", ", input.Dimensions)}], expected "
                + $"{(tensors.AreBytes ? "UInt8" : "Float")} [{string.Join(", ", expected)}]");
    }

    /// <summary>The output to take.</summary>
    /// <param name="session">The file.</param>
    /// <param name="asked">Its name; null for the usual one.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidOptionException">There is no such output.</exception>
    public static string Choose(InferenceSession session, string? asked, string path)
    {
        string[] known =
            [.. session.OutputNames.Where(name => session.OutputMetadata[name] is { IsTensor: true, Dimensions: [_, > 0] })];
        if (asked is not null && !known.Contains(asked))
            throw new InvalidOptionException($"{path} has no output '{asked}'. Use one of {string.Join(", ", known)}.");
        return asked ?? usual.FirstOrDefault(known.Contains) ?? known.FirstOrDefault()
            ?? throw NoEncoder(path, "it has no output [N, d]");
    }

    private static DataException NoEncoder(string path, string why) =>
        new($"{path} is not an encoder that Lethe exported: {why}. Export one with 'lethe export RUN --format onnx'.");
}
