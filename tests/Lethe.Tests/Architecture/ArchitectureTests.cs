using System.Reflection;
using Lethe.Cli;
using Lethe.Onnx;
using Lethe.Runtime;
using Lethe.Samples;

namespace Lethe.Tests.Architecture;

public class ArchitectureTests
{
    // What is free of torch, what is built on it with ONNX Runtime, and what with torch. A room may have a part in the first and the last.
    private static readonly Assembly[] Library =
        [typeof(LetheException).Assembly, typeof(OnnxEncoder).Assembly, typeof(TorchRuntime).Assembly];

    [Fact]
    public void Library_EachFolder_UsesOnlyWhatTheTableAllows() => Assert.Empty(
        Library.SelectMany(part => FolderRule.Violations(part, "Lethe", FolderTable.MayUse, FolderTable.WithoutTensors)));

    [Fact]
    public void ImagesAndOnnx_Assemblies_AreFreeOfTorch() => Assert.DoesNotContain(
        Library[..2].SelectMany(part => part.GetReferencedAssemblies()), used => used.Name is "TorchSharp" or "Lethe");

    [Fact]
    public void FolderTable_Itself_HasNoCycleAndNoUnknownFolder()
    {
        // Each folder comes after all those that it uses.
        var before = new HashSet<string>();
        foreach ((string folder, string[] used) in FolderTable.MayUse)
        {
            Assert.Empty(used.Except(before));
            before.Add(folder);
        }

        Assert.Empty(FolderTable.WithoutTensors.Except(before));
    }

    [Fact]
    public void FolderRule_SampleThatBreaksIt_FindsEachBreach()
    {
        const string Root = "Lethe.Tests.Architecture.Sample";
        var table = new Dictionary<string, string[]> { ["Below"] = [], ["Above"] = ["Below"] };
        IReadOnlyList<string> violations = FolderRule.Violations(typeof(ArchitectureTests).Assembly, Root, table, ["Above"]);
        Assert.Contains(
            violations,
            violation => violation.Contains("Climber", StringComparison.Ordinal) && violation.EndsWith(
                "Below may not use Above", StringComparison.Ordinal));
        Assert.Contains($"{Root}.Unknown.Stray is in no folder of the table", violations);
        Assert.Contains(violations, violation => violation.StartsWith($"{Root}.Above.Tensors uses TorchSharp.", StringComparison.Ordinal));
        Assert.DoesNotContain(violations, violation => violation.Contains("Roof uses", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(typeof(TorchRuntime), "Lethe.")]
    [InlineData(typeof(RunCommand), "Lethe.")]
    [InlineData(typeof(AlignUniform), "Lethe.Samples.AlignUniform")]
    public void Library_NumbersInNativeCalls_OutliveThem(Type type, string within) =>
        Assert.Empty(ScalarRule.Violations(type.Assembly.Location, within));

    [Fact]
    public void ScalarRule_SampleThatBreaksIt_FindsEachBreach()
    {
        const string Sample = "Lethe.Tests.Architecture.Sample.Numbers";
        IReadOnlyList<string> violations = ScalarRule.Violations(typeof(ArchitectureTests).Assembly.Location, Sample);
        string[] breaches = ["Conversion", "Made", "Operator", "Compound", "Sum", "<Lambda>", "Choice", "Module"];
        Assert.All(
            breaches, breach => Assert.Contains(violations, violation => violation.Contains($"::{breach}", StringComparison.Ordinal)));
        Assert.Contains(violations, violation => violation.Contains("BatchNorm::forward", StringComparison.Ordinal));
        Assert.DoesNotContain(violations, violation => violation.Contains("Careful", StringComparison.Ordinal));
    }

    [Fact]
    public void Sources_EachText_IsTheSameInEveryCulture() => Assert.Empty(
        Library.SelectMany(part => CultureRule.Violations(part, "Lethe"))
            .Concat(CultureRule.Violations(typeof(Lethe.Cli.Application).Assembly, "Lethe.Cli")));

    [Fact]
    public void CultureRule_SampleThatBreaksIt_FindsEachBreach()
    {
        const string Root = "Lethe.Tests.Architecture.Sample.Culture";
        Assert.Equal(
            [
                "Append calls Append with Double",
                "Date interpolates DateTimeOffset",
                "Half interpolates Nullable`1",
                "Joined calls Join with Double",
                "Key calls Enumerable.OrderBy on texts without a comparer",
                "Nested interpolates Single",
                "Set calls SortedSet`1..ctor on texts without a comparer",
                "Sorted calls Array.Sort on texts without a comparer",
                "Sum makes a string of Double",
                "Thousands interpolates Int32",
            ],
            CultureRule.Violations(typeof(ArchitectureTests).Assembly, Root)
                .Select(violation => violation.Replace($"{Root}.Foreign.", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Library_PublicClasses_AreSealedAbstractOrStatic() =>
        Assert.DoesNotContain(
            Library.SelectMany(part => part.GetExportedTypes()), type => type.IsClass && !type.IsSealed && !type.IsAbstract);

    [Fact]
    public void Library_OwnBaseClasses_HaveNoConcreteMethodOverridden() =>
        Assert.Empty(Library.SelectMany(part => part.GetTypes()).SelectMany(OverriddenConcreteMethods));

    [Fact]
    public void OverriddenConcreteMethods_SampleThatHasOne_IsFound() =>
        Assert.Equal(["Lethe.Tests.Architecture.ArchitectureTests+Derived.Concrete"], OverriddenConcreteMethods(typeof(Derived)));

    /// <summary>
    /// Circles within a folder, which the table of folders does not see. Those that are meant are named with their reason.
    /// </summary>
    [Fact]
    public void Library_TypesThatUseEachOther_AreThoseThatAreMeant() => Assert.Equal(
        [
            // One model: what its factors are called, what an image has of them, how it is drawn.
            "Data.Generated.CausalFactors Data.Generated.CausalRenderer Data.Generated.CausalShapes",

            // The base class says which width the machine has.
            "Operators.Kernels.BatchNormKernel Operators.Kernels.BatchNormLanes",

            // A sentence about two states takes their difference from the table of undos, which is a query over the table of results.
            "Results.Ablation Results.RateConditions Results.ResultTable",

            // A group is labelled by its undos.
            "Results.ReportGroup Results.UndoLabels",

            // A key is put in words, and a size in words has the unit of its key.
            "Results.ResultKey Results.Wording",

            // The base class makes its kinds by name.
            "Training.Adam Training.Lars Training.Optimiser Training.Sgd",

            // Options choose volume factors, hypergradients and inner steps by name, and these take the options and the problem.
            "Umm.BilevelProblem Umm.Hypergradients.Exact Umm.Hypergradients.FiniteDifference Umm.Hypergradients.FirstOrder "
            + "Umm.Hypergradients.Hypergradient Umm.InnerStep Umm.UmmOptions Umm.VolumeFactors.JacobianNorm Umm.VolumeFactors.JacobianVolume "
            + "Umm.VolumeFactors.LossGradient Umm.VolumeFactors.VolumeFactor",

            // What fits into the time is found by steps of a session; a session keeps what was said at its start, which speaks of it.
            "Workflow.Session Workflow.StartUp Workflow.TimeBudget",
        ],
        Library.SelectMany(part => CircleRule.Circles(part, "Lethe")));

    [Fact]
    public void CircleRule_Samples_FindsTheCircleAndNothingElse() => Assert.Equal(
        ["Round.First Round.Second"], CircleRule.Circles(typeof(Sample.Round.First).Assembly, "Lethe.Tests.Architecture.Sample"));

    [Theory]
    [InlineData("src/Lethe", "Lethe")]
    [InlineData("src/Lethe.Images", "Lethe")]
    [InlineData("src/Lethe.Onnx", "Lethe.Onnx")]
    [InlineData("src/Lethe.Cli", "Lethe.Cli")]
    [InlineData("samples/Lethe.Samples", "Lethe.Samples")]
    public void Sources_EachFile_KeepsTheHouseStyle(string folder, string rootNamespace)
    {
        string project = Path.Combine(Repository.Root, folder);
        string[] files =
        [
            .. Directory.GetFiles(project, "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(project, file).Replace('\\', '/'))
                .Where(file => !file.StartsWith("bin/", StringComparison.Ordinal) && !file.StartsWith("obj/", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => SourceRule.Violations(file, rootNamespace, File.ReadAllText(Path.Combine(project, file)))));
    }

    /// <summary>A file that one cannot read at a sitting has a reason; a new one is to be cut, or to find its reason here.</summary>
    [Fact]
    public void Sources_LongFiles_AreThoseWithAReason()
    {
        var reasons = new Dictionary<string, string>
        {
            ["IndirectConvolution.cs"] = "three products over the same pixels, which share how pixels are found",
            ["Safetensors.cs"] = "reading refuses what writing never writes: the format stands in one place",
        };
        string[] lengthy =
        [
            .. Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && File.ReadLines(file).Count() > 300)
                .Select(file => Path.GetFileName(file)),
        ];
        Assert.Equal(reasons.Keys.Order(StringComparer.Ordinal), lengthy.Order(StringComparer.Ordinal));
    }

    private const string LongLine =
        "namespace Lethe.Data;\n"
        + "// ...................................................................."
        + "......................................................................\npublic sealed class Image;\n";

    [Theory]
    [InlineData("Data/Image.cs", "namespace Lethe.Data;\n\npublic readonly record struct Image(int Height);\n", null)]
    [InlineData(
        "Umm/VolumeFactor/Ridge.cs",
        "namespace Lethe.Umm.VolumeFactor;\n/// <summary>A class of things.</summary>\npublic sealed class Ridge<T>\n{\n    private enum "
        + "Kind\n    {\n    }\n}\n",
        null)]
    [InlineData("Program.cs", "return 0;\n", null)]
    [InlineData("Methods/Byol.cs", "namespace Lethe.Methods;\n\ninternal sealed class Byol;\n\npublic sealed record ByolOptions;\n", null)]
    [InlineData(
        "Data/Image.cs", "namespace Lethe.Data;\n\npublic sealed class Image;\n\ninternal enum Colour\n{\n}\n",
        "has the types Image, Colour")]
    [InlineData(
        "Data/Image.cs", "namespace Lethe.Models;\n\npublic sealed class Image;\n",
        "expected the file-scoped namespace Lethe.Data, found Lethe.Models")]
    [InlineData("Data/Image.cs", "namespace Lethe.Data\n{\n    public sealed class Image { }\n}\n", "found none")]
    [InlineData(
        "Data/Image.cs", "namespace Lethe.Data;\n\npublic sealed class Image;\n\npublic enum Colour\n{\n}\n",
        "has the types Image, Colour")]
    [InlineData("Data/Image.cs", "namespace Lethe.Data;\n\npublic sealed record Picture;\n", "is not named after its type Picture")]
    [InlineData("Data/ImageHelper.cs", "namespace Lethe.Data;\n\ninternal static class ImageHelper\n{\n}\n", "ImageHelper says nothing")]
    [InlineData("Data/Image.cs", LongLine, "line 2: has 141 characters")]
    public void SourceRule_Samples_FindsEachBreach(string path, string text, string? expected)
    {
        IReadOnlyList<string> violations = SourceRule.Violations(path, "Lethe", text);
        if (expected is null)
            Assert.Empty(violations);
        else
            Assert.Contains(expected, Assert.Single(violations), StringComparison.Ordinal);
    }

    // Only where both methods are of one assembly: TorchSharp's modules and the framework's types are made to be overridden.
    private static IEnumerable<string> OverriddenConcreteMethods(Type type) =>
        from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot)
        where !method.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
        let overridden = Overridden(type.BaseType, method)
        where overridden is not null && overridden.DeclaringType!.Assembly == type.Assembly && !overridden.IsAbstract
        select $"{type.FullName}.{method.Name}";

    private static MethodInfo? Overridden(Type? baseType, MethodInfo method)
    {
        for (; baseType is not null; baseType = baseType.BaseType)
        {
            const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            if (
                baseType.GetMethods(Declared).FirstOrDefault(
                    candidate => candidate.GetBaseDefinition() == method.GetBaseDefinition()) is { } found)
                return found;
        }

        return null;
    }

    private abstract class Base
    {
        public abstract void Abstract();

        public virtual void Concrete()
        {
        }
    }

    private sealed class Derived : Base
    {
        public override void Abstract()
        {
        }

        public override void Concrete()
        {
        }

        public override string ToString() => "";
    }
}
