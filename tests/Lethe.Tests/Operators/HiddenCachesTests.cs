using Lethe.Operators;
using Lethe.Operators.Kernels;
using Lethe.Tests.Models;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

/// <summary>
/// What happens on a machine that hides its caches. It spoils torch for the rest of the process, so it is run alone, by its trait:
/// <c>--filter-trait Category=HiddenCaches</c>.
/// </summary>
[Collection(typeof(TorchCollection))]
public class HiddenCachesTests
{
    [Fact(Explicit = true)]
    [Trait("Category", "HiddenCaches")]
    public void Networks_WhereTorchsConvolutionsAreWrong_AreRight()
    {
        Assert.SkipUnless(HiddenCaches.Imitate(), "This libtorch has no table of symbols, or the system is not Linux on x64.");
        ConvolutionSpec[] wrong = [.. Specs().Where(spec => !(ConvolutionTest.Error(spec, false, Plain) <= ConvolutionTest.Tolerance))];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Torch computes {wrong.Length} of {Specs().Count()} convolutions wrongly: {string.Join("; ", wrong)}");
        Assert.NotEmpty(wrong);

        // Ours does not use torch's convolutions at all; torch's are replaced as soon as one is seen to be wrong, and that is said.
        new NetworkNumbersTests().Gradients_OfANetwork_AreThoseOfFloat64("resnet18", 20, 32);
        new NetworkNumbersTests().Gradients_OfANetwork_AreThoseOfFloat64("resnet50", 16, 32);
        Assert.Empty(OperatorNotices.All);
        new NetworkNumbersTests().Gradients_WithTorchsOperations_AreThoseOfFloat64("resnet18", 20);
        Assert.Contains("wrong numbers", Assert.Single(OperatorNotices.All), StringComparison.Ordinal);
        Assert.False(OneDnn.InUse);
        new NetworkNumbersTests().Gradients_WithTorchsOperations_AreThoseOfFloat64("resnet50", 16);
        Assert.All(Specs(), spec => Assert.InRange(ConvolutionTest.Error(spec, false, Plain), 0, ConvolutionTest.Tolerance));
    }

    // 1×1 convolutions of many channels divide by zero there.
    private static IEnumerable<ConvolutionSpec> Specs() =>
        from channels in new[] { 12, 20, 24, 36, 40, 44, 52, 56 }
        from side in new[] { 8, 16 }
        select new ConvolutionSpec(new MapShape(16, side, side), channels, channels, 3, 1, 1);

    private static Tensor Plain(Tensor x, Tensor w, int stride, int padding) =>
        nn.functional.conv2d(x, w, null, [stride, stride], [padding, padding]);
}
