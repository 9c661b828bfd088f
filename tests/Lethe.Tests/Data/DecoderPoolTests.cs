using Lethe.Data;
using Lethe.Runtime;
using Lethe.Tests.Fuzzing;

namespace Lethe.Tests.Data;

/// <summary>Images decoded in other processes: the same as here, and no file can end or hold up this one.</summary>
[Collection<TorchCollection>]
public sealed class DecoderPoolTests : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly TempFolder folder = new();

    public void Dispose()
    {
        DecoderPool.Current = null;
        folder.Dispose();
    }

    /// <summary>Bytes, 16 bits and numbers; what is refused is refused with the same words.</summary>
    [Fact]
    public void Decode_ByTheProgramItself_IsWhatItIsHere()
    {
        string[] files =
        [
            folder.Write("a.png", Parsers.Of("png", folder.Root).Seeds[0]), folder.Write("b.png", Parsers.Of("deep png", folder.Root).Seeds[0]),
            folder.Write("c.npy", Parsers.Of("npy image", folder.Root).Seeds[0]), folder.Write("d.jpg", SampleFiles.Restarts[..300]),
            folder.Write("ü\ud800.png", 1, 2, 3), folder["missing.png"],
        ];
        string[] here = [.. files.Select(Described)];
        using (DecoderPool.Current = new DecoderPool(
            "dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Lethe.Cli.dll"), "decode-images"], patience))
        {
            Assert.Equal(here, files.Select(Described));
        }
    }

    [Theory]
    [InlineData("kill -SEGV $$", "ended the decoder (exit code 139)")]
    [InlineData("exit 0", "ended the decoder")]
    [InlineData("head -c 8 > /dev/null; printf '\\001\\377\\377\\377\\177\\377\\377\\377\\177\\003\\000\\000\\000'; sleep 9", "answer what is no image")]
    [InlineData("head -c 8 > /dev/null; printf '\\003\\377\\377\\377\\177'; sleep 9", "answer what is no image")]
    [InlineData("cat > /dev/null", "held the decoder up for 1 seconds")]
    [InlineData("yes | head -c 300000 >&2; kill -KILL $$", "ended the decoder (exit code 137)")]
    public void Decode_ProcessThatDiesLiesOrHangs_IsABadFile(string script, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        using var pool = new DecoderPool("/bin/sh", ["-c", script], TimeSpan.FromSeconds(1));
        DataException error = Assert.Throws<DataException>(() => pool.Decode(new DecoderPipe.Question(folder["x"], 32, 0, 1)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A process that an earlier file has harmed is none of the next one's fault.</summary>
    [Fact]
    public void Decode_ProcessThatDiesOfTheNextFile_IsReplaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        string header = @"printf '\002\007\000\000\000\005\000\000\000\003\000\000\000'";
        int length = 16 + (2 * folder["x"].Length);
        using var pool = new DecoderPool("/bin/sh", ["-c", $"head -c {length} > /dev/null; {header}; head -c 4 > /dev/null"], patience);
        Assert.Equal(new ImageHeader(7, 5, 3), pool.ReadHeader(folder["x"]));
        Assert.Equal(new ImageHeader(7, 5, 3), pool.ReadHeader(folder["x"]));
    }

    [Fact]
    public void Decode_NoSuchProgram_IsSaid()
    {
        using var pool = new DecoderPool(folder["none"], [], patience);
        Assert.Contains("--isolate", Assert.Throws<RunException>(() => pool.ReadHeader(folder["x"])).Message, StringComparison.Ordinal);
    }

    private static string Described(string file)
    {
        DecodedFile decoded = default;
        ImageHeader header = default;
        string? why = FileReading.WhyNot(() => (header, decoded) = (ImageDecoder.ReadHeader(file), ImageDecoder.Decode(file, 10)));
        return why ?? $"{header} {decoded.Stored} {decoded.Image.Samples} {Convert.ToHexString(decoded.Image.Pixels.Span)}";
    }
}
