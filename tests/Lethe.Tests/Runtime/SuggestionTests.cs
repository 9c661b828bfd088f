using Lethe.Runtime;

namespace Lethe.Tests.Runtime;

public sealed class SuggestionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("pretain", "pretrain", 1)]
    [InlineData("splti", "split", 1)]
    [InlineData("splt", "split", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void SlipsBetween_KnownPairs_AreCounted(string from, string to, int slips)
    {
        Assert.Equal(slips, Suggestion.SlipsBetween(from, to));
        Assert.Equal(slips, Suggestion.SlipsBetween(to, from));
    }

    [Theory]
    [InlineData("--epoch", "--epochs")]
    [InlineData("--batch_sise", "--batch-size")]
    [InlineData("EPOCHS", "--epochs")]
    [InlineData("--proj", "--projector-hidden")]
    public void Near_ASlip_IsMended(string typed, string meant) =>
        Assert.Equal([meant], Suggestion.Near(typed, ["--epochs", "--batch-size", "--seed", "--projector-hidden"]));

    [Theory]
    [InlineData("--frob")]
    [InlineData("x")]
    [InlineData("")]
    public void Near_AnotherWord_IsNot(string typed)
    {
        Assert.Empty(Suggestion.Near(typed, ["--epochs", "--batch-size", "--seed"]));
        Assert.Empty(Suggestion.Sentence(typed, ["--epochs", "--batch-size", "--seed"]));
    }

    [Fact]
    public void OfPath_SlipInAnyPart_NamesThePathThatExists()
    {
        Directory.CreateDirectory(folder["runs/first/umm/layer3"]);
        Assert.Contains(folder["runs/first"], Suggestion.OfPath(folder["runs/frist"]), StringComparison.Ordinal);
        Assert.Contains(folder["runs/first/umm/layer3"], Suggestion.OfPath(folder["run/first/umm/layer3"]), StringComparison.Ordinal);
        Assert.Empty(Suggestion.OfPath(folder["runs/other"]));
        Assert.Empty(Suggestion.OfPath(folder["run/nothing"]));
    }
}
