using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Tests.Fuzzing;

/// <summary>
/// Files that strangers may give, of each kind: altered at random, and such as once took new branches. Each is read or refused with a
/// sentence, in time, and takes no more memory than four times its bytes and 16 MiB (an image: what its pixels take beside).
/// </summary>
[Collection(typeof(TorchCollection))]
public sealed class HostileFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => new(Parsers.Names);

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_AlteredOrOfTheCorpus_IsReadOrRefused(string parser)
    {
        const int Altered = 60;
        using var trial = new Trial(parser);
        Assert.All(trial.Parser.Seeds, seed => Assert.True(trial.Of(seed, "whole"), $"{parser} itself is refused"));
        for (int i = 0; i < Altered; i++)
        {
            var random = new RandomStream(RandomStream.Derive(1, (ulong)i));
            byte[] seed = trial.Parser.Seeds[i % trial.Parser.Seeds.Count];
            trial.Of(Mutants.Of(seed, ref random, trial.Parser.Large), $"altered {i}");
        }

        IReadOnlyList<byte[]> corpus = Corpus.Of(parser);
        for (int i = 0; i < corpus.Count; i++)
            trial.Of(corpus[i], $"{i} of the corpus");
    }

    /// <summary>What a header promises beyond its file is refused from the header.</summary>
    [Theory]
    [InlineData(30_000_000, 1, 1, true)]
    [InlineData(30_000_000, 1, 1, false)]
    [InlineData(60_000, 1000, 1000, true)]
    [InlineData(int.MaxValue, 10_000, 10_000, true)]
    public void Idx_PromisesMoreThanItsLengthCanHold_IsRefusedFromItsHeader(int count, int height, int width, bool compressed)
    {
        string path = folder["train-images-idx3-ubyte" + (compressed ? ".gz" : "")];
        byte[] header =
            [0, 0, 8, 3, .. Parsers.BigEndian(count), .. Parsers.BigEndian(height), .. Parsers.BigEndian(width), .. new byte[1000]];
        File.WriteAllBytes(path, compressed ? Parsers.Gzip(header) : header);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            "more than a file of its length can", Assert.Throws<DataException>(() => IdxFile.ReadImages(path)).Message,
            StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void IdxLabels_MoreThanImages_AreRefusedBeforeTheyAreRead()
    {
        string path = folder["train-labels-idx1-ubyte.gz"];
        File.WriteAllBytes(path, Parsers.Gzip([0, 0, 8, 1, .. Parsers.BigEndian(400_000_000), .. new byte[1000]]));
        Assert.Contains(
            "holds 400000000 labels for the 20 images",
            Assert.Throws<DataException>(() => IdxFile.ReadLabels(path, 20, "images")).Message, StringComparison.Ordinal);
    }
}
