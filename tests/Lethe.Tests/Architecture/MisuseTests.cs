using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Tests.Architecture;

/// <summary>
/// Calls of the whole library that take tensors, given what they cannot use: an exception, never the end of the process, and torch works
/// afterwards.
/// </summary>
[Collection(typeof(TorchCollection))]
public class MisuseTests
{
    private static readonly (string Name, Func<Tensor> Make)[] Bad =
    [
        ("disposed", Disposed), ("no rows", () => zeros(0, 4)), ("no columns", () => zeros(4, 0)), ("a number", () => zeros([])),
        ("a row", () => ones(3)),
        ("one image", () => ones(1, 3, 8, 8)), ("no image", () => ones(0, 3, 8, 8)), ("five dimensions", () => ones([2, 2, 2, 2, 2])),
        ("integers", () => ones(4, 4, dtype: ScalarType.Int64)),
        ("yes and no", () => ones(4, 4, dtype: ScalarType.Bool)), ("not numbers", () => full(4, 4, float.NaN)),
        ("turned", () => rand(4, 6).t()), ("spread", () => ones(1, 1).expand(4, 4)),
    ];

    public static TheoryData<string> StaticCalls => [.. Calls().Select(Signature).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(StaticCalls))]
    public void StaticCalls_OfBadTensors_EndInAnExceptionOrAResult(string signature)
    {
        MethodInfo call = Calls().Single(method => Signature(method) == signature);
        foreach ((string name, Func<Tensor> make) in Bad)
        {
            using var scope = NewDisposeScope();
            Exception? error = Record.Exception(() => Invoke(call, make));
            Assert.Equal(2, ones(2).sum().item<float>());
            if (name == "disposed")
                Assert.True(error is not null, $"{signature} took a tensor that was disposed.");
        }
    }

    [Fact]
    public void StaticCalls_AsAWhole_AreNearlyAllTried() => Assert.InRange(Calls().Count(), 60, int.MaxValue);

    public static TheoryData<string, string, string> NetworkCalls => new()
    {
        { "forward", "channels", "Expected a feature map [N, 3" }, { "forward", "float64", "float32" },
        { "forward", "integers", "float32" }, { "forward", "no image", "at least one image" },
        { "forward", "dimensions", "Expected a feature map [N, 3" }, { "forward", "disposed", "disposed" },
        { "layer1", "channels", "Expected a feature map [N, 16" }, { "layer1", "float64", "float32" },
        { "layer1", "no image", "at least one image" }, { "layer1", "disposed", "disposed" },
        { "frozen", "channels", "Expected a feature map [N, 3" }, { "frozen", "float64", "float32" },
        { "frozen", "no image", "at least one image" }, { "frozen", "disposed", "disposed" },
        { "norm", "channels", "C = 3" }, { "norm", "no image", "at least one image" }, { "norm", "disposed", "disposed" },
        { "norm", "dimensions", "[N, C, H, W]" },
        { "loss", "channels", "Expected a feature map [N, 3" }, { "loss", "float64", "float32" }, { "loss", "disposed", "invalid" },
    };

    [Theory]
    [MemberData(nameof(NetworkCalls))]
    public void Networks_OfBadMaps_SayWhatWasExpected(string call, string fault, string expected)
    {
        foreach (string kernels in OperatorSwitch.Names)
        {
            OperatorSwitch.Choose(kernels);
            try
            {
                using var scope = NewDisposeScope();
                using SslMethod method = Tiny.Method(options: new BackboneOptions { Backbone = "resnet10", Width = 16 });
                method.train();
                Exception error = Assert.ThrowsAny<Exception>(() => Call(method, call, Map(fault, call == "layer1" ? 16 : 3)));
                Assert.Contains(expected, error.Message, StringComparison.OrdinalIgnoreCase);
                method.Loss(Views.Pair(Tiny.Images(8)), new TrainingProgress(0, 1, 0, 0)).Total.backward();
            }
            finally
            {
                OperatorSwitch.Choose(OperatorSwitch.Ours);
            }
        }
    }

    [Fact]
    public void Forward_AParameterGivenOtherMemory_IsUsedOrRefused()
    {
        using var scope = NewDisposeScope();
        using var network = new ResNet(new BackboneOptions { Backbone = "resnet10", Width = 16 }, 3, 16);
        Parameter scale = network.get_parameter("layer1.0.bn1.weight")!, weight = network.get_parameter("layer1.0.conv1.weight")!;
        Tensor images = Tiny.Images(4), before = network.forward(images);
        using (no_grad())
            weight.set_((Tensor)zeros_like(weight));
        Assert.NotEqual(0, (network.forward(images) - before).abs().max().item<float>());
        using (no_grad())
            scale.set_((Tensor)ones(5));
        Assert.Contains(
            "Expected shape [16]", Assert.Throws<ArgumentException>(() => network.forward(images)).Message, StringComparison.Ordinal);
    }

    private static Tensor Disposed()
    {
        Tensor tensor = ones(4, 4);
        tensor.Dispose();
        return tensor;
    }

    private static Tensor Map(string fault, int channels) => fault switch
    {
        "channels" => ones(4, 2 * channels, 16, 16),
        "float64" => ones(4, channels, 16, 16, dtype: ScalarType.Float64),
        "integers" => ones(4, channels, 16, 16, dtype: ScalarType.Int64),
        "no image" => ones(0, channels, 16, 16),
        "dimensions" => ones(4, channels, 16),
        _ => Disposed(),
    };

    private static object Call(SslMethod method, string call, Tensor map)
    {
        switch (call)
        {
            case "forward":
                return method.Backbone.forward(map);
            case "layer1":
                return method.Backbone.ForwardFrom(SplitPoint.Stem, map);
            case "frozen":
                using (var frozen = new FrozenLayers(method.Backbone, SplitPoint.Layer2))
                    return frozen.Forward(map);
            case "norm":
                using (var norm = new BatchNormLayer(3))
                    return norm.forward(map);
            default:
                return method.Loss(Views.Pair(map), new TrainingProgress(0, 1, 0, 0));
        }
    }

    // Internal ones too: the CLI and the library's own classes make the same mistakes as a program. TensorArithmetic is torch's own
    // arithmetic under other names; the other two lie behind the gate of Operators, which has checked the tensors for them.
    private static readonly string[] Unchecked = ["TensorArithmetic", "NativeTensor", "TorchConvolution"];

    private static IEnumerable<MethodInfo> Calls() =>
        from type in typeof(TorchRuntime).Assembly.GetTypes()
        where !type.IsNested && !Unchecked.Contains(type.Name)
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where (method.IsPublic || method.IsAssembly) && !method.IsSpecialName && !method.IsDefined(typeof(CompilerGeneratedAttribute))
        where method.GetParameters().Any(parameter => parameter.ParameterType == typeof(Tensor))
        where method.GetParameters().All(parameter => CanMake(parameter.ParameterType))
        select method;

    private static string Signature(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.Name))})";

    private static void Invoke(MethodInfo call, Func<Tensor> make)
    {
        try
        {
            call.Invoke(null, [.. call.GetParameters().Select(parameter => Make(parameter, make))]);
        }
        catch (TargetInvocationException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerException!);
        }
    }

    private static bool CanMake(Type type) =>
        type == typeof(Tensor) || type.IsValueType || type == typeof(IReadOnlyList<int>) || type == typeof(IReadOnlyList<Tensor>)
            || type == typeof(IReadOnlyList<IReadOnlyList<double>>)
        || type == typeof(int[]) || type.Name.EndsWith("Options", StringComparison.Ordinal);

    private static object? Make(ParameterInfo parameter, Func<Tensor> make) => parameter.ParameterType switch
    {
        var type when type == typeof(Tensor) => make(),
        var type when type == typeof(int) => 2,
        var type when type == typeof(double) => 0.5,
        var type when type == typeof(IReadOnlyList<int>) => (int[])[0, 1, 0, 1],
        var type when type == typeof(IReadOnlyList<Tensor>) => (Tensor[])[make(), make()],
        var type when type == typeof(IReadOnlyList<IReadOnlyList<double>>) => (IReadOnlyList<double>[])[[0.0, 1, 0, 1]],
        { IsValueType: true } type => Activator.CreateInstance(type),
        _ => null,
    };
}
