using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

/// <summary>
/// Every measure of the assembly, found by its signature, on features of every nasty kind: where it gives a value for ordinary features of
/// the same shape and labels, it gives a finite one (or null, where it says so) for these, and no native error.
/// </summary>
public class EveryMeasureTests
{
    private static readonly long[][] shapes = [[2, 1, 1], [2, 1, 5], [2, 2, 1], [3, 3, 7], [2, 4, 20], [2, 24, 3]];

    private static readonly IReadOnlyDictionary<string, MethodInfo> measures = Found().ToDictionary(Name);

    public static TheoryData<string> Names => [.. measures.Keys];

    /// <summary>Those whose value depends on the scale, each by its definition: LiDAR's δ is a number, a readout gives weights.</summary>
    private static bool DependsOnScale(string name) => name.StartsWith("Lidar.", StringComparison.Ordinal)
        || name.StartsWith("RidgeRegression.", StringComparison.Ordinal) || name.StartsWith("Feature", StringComparison.Ordinal);

    [Fact]
    public void Found_MeasuresThatAreKnown_AreAmongThem()
    {
        foreach (string name in (string[])["Lidar.Measure", "CodingRate.MeasureLabels", "LinearProbe.Measure", "KnnProbe.Measure",
            "ImageMemorisation.Scores", "AlphaReq.Measure", "EffectiveRank.RankMe", "CollapseMonitor.Judge", "FeatureDiagnostics.Measure"])
            Assert.Contains(name, measures.Keys);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Measure_FiniteFeaturesOfAnyKind_GivesAFiniteValue(string name)
    {
        MethodInfo measure = measures[name];
        foreach (long[] shape in shapes)
        {
            foreach (int classes in ClassCounts(measure, (int)shape[1]))
            {
                foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
                {
                    if (!Try(measure, shape, classes, () => NastyFeatures.Ordinary(shape, type), out _))
                        continue; // such a shape or such labels have no value, whatever the features are
                    foreach (string kind in NastyFeatures.Kinds.Where(kind => type == ScalarType.Float64 || !NastyFeatures.NeedsDouble(kind)))
                    {
                        string at = $"{name} of '{kind}', [{string.Join(", ", shape)}], {classes} classes, {type}";
                        Assert.True(Try(measure, shape, classes, () => NastyFeatures.Of(kind, shape, type), out object? value), at + ": refused");
                        Assert.True(Numbers(value).All(double.IsFinite), $"{at}: {string.Join(", ", Numbers(value))}");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Measure_AnotherScale_IsTheSame(string name)
    {
        if (DependsOnScale(name))
            return;
        MethodInfo measure = measures[name];
        foreach ((ScalarType type, double scale) in (IEnumerable<(ScalarType, double)>)[(ScalarType.Float32, 1e30), (ScalarType.Float32, 1e-30),
            (ScalarType.Float64, 1e200), (ScalarType.Float64, 1e-200)])
        {
            long[] shape = [2, 12, 5];
            Assert.True(Try(measure, shape, 2, () => NastyFeatures.Ordinary(shape, type), out object? plain));
            Assert.True(Try(measure, shape, 2, () => NastyFeatures.Ordinary(shape, type) * tensor(scale, dtype: type), out object? scaled));
            foreach ((double expected, double found) in Numbers(plain).Zip(Numbers(scaled)))
                Assert.Equal(expected, found, 1e-4 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Measure_NotFinite_IsRefusedWithRowAndColumn(string name)
    {
        long[] shape = [2, 12, 5];
        foreach (double bad in (double[])[double.NaN, double.PositiveInfinity])
        {
            LetheException error = Assert.ThrowsAny<LetheException>(() => Try(measures[name], shape, 2, () =>
            {
                Tensor features = NastyFeatures.Ordinary(shape, ScalarType.Float64);
                features[0, 3, 2] = tensor(bad);
                return features;
            }, out _, letThrough: true));
            Assert.True(error is TrainingException || error.Message.Contains("row 3, column 2", StringComparison.Ordinal), error.Message);
        }
    }

    private static bool Try(
        MethodInfo measure, long[] shape, int classes, Func<Tensor> make, out object? value, bool letThrough = false)
    {
        using var scope = NewDisposeScope();
        object?[]? arguments = null;
        value = null;

        // Features are [N, d] or [V, N, d]: which of the two, a measure says by refusing the other.
        foreach (bool views in (bool[])[false, true])
        {
            try
            {
                arguments = [.. measure.GetParameters().Select(parameter => Argument(parameter, views ? make() : make()[0], classes))];
                value = measure.Invoke(null, arguments);
                if (value is Tensor scalar)
                    value = scalar.to(ScalarType.Float64).item<double>();
                return true;
            }
            catch (TargetInvocationException error) when (error.InnerException is ArgumentException)
            {
            }
            catch (TargetInvocationException error) when (error.InnerException is LetheException known)
            {
                Assert.NotEmpty(known.Message);
                if (letThrough)
                    throw known;
            }
        }

        return false;
    }

    private static object? Argument(ParameterInfo parameter, Tensor features, int classes)
    {
        int rows = (int)features.size(-2);
        int[] labels = [.. Enumerable.Range(0, rows).Select(i => i % classes)];
        Type type = parameter.ParameterType;
        return type == typeof(Tensor) && !parameter.IsOptional ? features
            : type == typeof(int[]) || type == typeof(IReadOnlyList<int>) ? labels
            : type == typeof(IReadOnlyList<(Tensor, IReadOnlyList<int>)>)
                ? new List<(Tensor, IReadOnlyList<int>)> { (features, labels) }
            : type == typeof(IReadOnlyList<IReadOnlyList<double>>)
                ? new List<IReadOnlyList<double>> { labels.Select((label, i) => label + (0.1 * i)).ToArray() }
            : type == typeof(float[,]) ? Spiral(rows)
            : parameter.IsOptional ? parameter.DefaultValue
            : type == typeof(double) ? (object)0.5
            : type == typeof(int) && parameter.Name == "views" ? 1
            : type == typeof(int) ? 3
            : type == typeof(bool) && parameter.Name == "normalise" ? true
            : throw new InvalidOperationException($"{parameter.Member.DeclaringType!.Name}: teach this test what '{parameter}' is.");
    }

    // A picture of the rows that has nothing to do with them.
    private static float[,] Spiral(int rows)
    {
        float[,] points = new float[rows, 2];
        for (int i = 0; i < rows; i++)
            (points[i, 0], points[i, 1]) = (i * float.Cos(i), i * float.Sin(i));
        return points;
    }

    // All in one class, two, each row its own; where there are labels.
    private static int[] ClassCounts(MethodInfo measure, int rows) =>
        measure.GetParameters().Any(parameter => parameter.Name!.EndsWith("abels", StringComparison.Ordinal)) ? [1, 2, rows] : [2];

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static IEnumerable<MethodInfo> Found() =>
        from type in typeof(FeatureDiagnostics).Assembly.GetTypes()
        where type.Namespace == typeof(FeatureDiagnostics).Namespace && !type.IsDefined(typeof(CompilerGeneratedAttribute))
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where !method.IsPrivate && !method.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Name is not ("Magnitude" or "FeatureCheck")
        where method.GetParameters().Any(parameter => parameter.ParameterType == typeof(Tensor)) && method.ReturnType != typeof(void)
        where method.ReturnType == typeof(Tensor) ? type.IsPublic : !HoldsTensors(method.ReturnType)
        where type.Name != nameof(Determination) // of predictions, not of features
        select method;

    private static bool HoldsTensors(Type type) =>
        type == typeof(IEnumerable<Tensor>) || type.GetProperties().Any(property => property.PropertyType == typeof(Tensor));

    private static IEnumerable<double> Numbers(object? value) => value switch
    {
        null or string or bool => [],
        double or float or int or long => [Convert.ToDouble(value)],
        Enum => [],
        IReadOnlyDictionary<FeatureMeasure, double?> values => values.Values.SelectMany(one => Numbers(one)),
        IEnumerable many => many.Cast<object?>().SelectMany(Numbers),
        _ => value.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0)
            .SelectMany(property => Numbers(property.GetValue(value))),
    };
}
