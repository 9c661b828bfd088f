using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>A graph of ONNX that is being put together, in the version that is written here: operators of set 17, file format 8.</summary>
/// <remarks>
/// Field numbers and types are those of the format's onnx.proto (github.com/onnx/onnx). Every operation has one output, which carries the
/// operation's name.
/// </remarks>
internal sealed class OnnxExportGraph
{
    private const int FormatVersion = 8;
    private const int OperatorSet = 17;
    private const string BatchName = "N";

    // onnx.proto, TensorProto.DataType.
    private const int TypeFloat = 1;
    private const int TypeByte = 2;
    private const int TypeInt64 = 7;

    // onnx.proto, AttributeProto.AttributeType.
    private const int AttributeWhole = 2;
    private const int AttributeWholes = 7;

    private readonly List<ExportMessage> nodes = [], constants = [], inputs = [], outputs = [];

    /// <summary>Names of the outputs, in their order.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>Declares an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Byte or Float32.</param>
    /// <param name="shape">Its dimensions after the batch's, which is free.</param>
    /// <returns>The name.</returns>
    public string Input(string name, ScalarType type, params int[] shape)
    {
        inputs.Add(Value(name, type == ScalarType.Byte ? TypeByte : TypeFloat, shape));
        return name;
    }

    /// <summary>Makes the output of an operation one of the graph's, of numbers in single precision.</summary>
    /// <param name="name">The operation's name.</param>
    /// <param name="width">Its second dimension, after the batch's.</param>
    public void Output(string name, int width)
    {
        outputs.Add(Value(name, TypeFloat, [width]));
        Outputs.Add(name);
    }

    /// <summary>Adds numbers that belong to the graph.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="value">Of any type; kept in single precision, or as whole numbers.</param>
    /// <returns>The name.</returns>
    public string Constant(string name, Tensor value)
    {
        bool whole = value.dtype == ScalarType.Int64;
        Tensor kept = value.detach().to(whole ? ScalarType.Int64 : ScalarType.Float32).cpu().contiguous();
        var message = new ExportMessage();
        foreach (long dimension in kept.shape)
            message.Add(1, dimension);
        constants.Add(message.Add(2, whole ? TypeInt64 : TypeFloat).Add(8, name).Add(9, kept));
        return name;
    }

    /// <summary>Adds an operation.</summary>
    /// <param name="type">What it does, as ONNX calls it.</param>
    /// <param name="name">Its name and that of its output.</param>
    /// <param name="from">Names of what it takes.</param>
    /// <param name="attributes">Its settings, each a whole number or several.</param>
    /// <returns>The name.</returns>
    public string Node(string type, string name, IReadOnlyList<string> from, params (string Name, object Value)[] attributes)
    {
        var message = new ExportMessage();
        foreach (string input in from)
            message.Add(1, input);
        message.Add(2, name).Add(3, name).Add(4, type);
        foreach ((string attribute, object value) in attributes)
            message.Add(5, Attribute(attribute, value));
        nodes.Add(message);
        return name;
    }

    /// <summary>The whole file.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="producerVersion">The version of this library.</param>
    /// <param name="metadata">Entries for readers, in their order.</param>
    /// <returns>The message, which refers to the tensors of the constants.</returns>
    public ExportMessage Model(string name, string producerVersion, IEnumerable<(string Key, string Value)> metadata)
    {
        var graph = new ExportMessage();
        nodes.ForEach(node => graph.Add(1, node));
        graph.Add(2, name);
        constants.ForEach(constant => graph.Add(5, constant));
        inputs.ForEach(input => graph.Add(11, input));
        outputs.ForEach(output => graph.Add(12, output));
        ExportMessage model = new ExportMessage().Add(1, FormatVersion).Add(2, "Lethe").Add(3, producerVersion).Add(7, graph)
            .Add(8, new ExportMessage().Add(1, "").Add(2, OperatorSet));
        foreach ((string key, string value) in metadata)
            model.Add(14, new ExportMessage().Add(1, key).Add(2, value));
        return model;
    }

    private static ExportMessage Attribute(string name, object value)
    {
        var message = new ExportMessage().Add(1, name);
        if (value is int whole)
            return message.Add(3, whole).Add(20, AttributeWhole);
        foreach (int one in (int[])value)
            message.Add(8, one);
        return message.Add(20, AttributeWholes);
    }

    private static ExportMessage Value(string name, int type, int[] shape)
    {
        ExportMessage dimensions = new ExportMessage().Add(1, new ExportMessage().Add(2, BatchName));
        foreach (int dimension in shape)
            dimensions.Add(1, new ExportMessage().Add(1, dimension));
        ExportMessage tensor = new ExportMessage().Add(1, type).Add(2, dimensions);
        return new ExportMessage().Add(1, name).Add(2, new ExportMessage().Add(1, tensor));
    }
}
