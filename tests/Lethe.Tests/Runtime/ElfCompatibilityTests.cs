using System.Text;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Tests.Runtime;

public class ElfCompatibilityTests
{
    [Fact]
    public void Patch_LibraryForOldSystems_IsUntouched()
    {
        var sample = new ElfSample([("_Znwm", "GLIBCXX_3.4")], ["GLIBCXX_3.4", "GLIBCXX_3.4.30"]);
        byte[] bytes = [.. sample.Bytes];
        Assert.Equal(ElfPatch.NotNeeded, ElfCompatibility.Patch(bytes, "sample.so"));
        Assert.Equal(sample.Bytes, bytes);
    }

    [Fact]
    public void Patch_VersionOfAnotherProvider_IsUntouched()
    {
        var sample = new ElfSample(
            [("_ZSt21ios_base_library_initv", "GLIBCXX_3.4.32")], ["GLIBCXX_3.4.32", "GLIBCXX_3.4"], provider: "libother.so.1");
        byte[] bytes = [.. sample.Bytes];
        Assert.Equal(ElfPatch.NotNeeded, ElfCompatibility.Patch(bytes, "sample.so"));
        Assert.Equal(sample.Bytes, bytes);
    }

    [Fact]
    public void Patch_LibraryForNewSystems_ChangesThreePlacesAndNothingElse()
    {
        ElfSample sample = ElfSample.NeedsNewSystem();
        byte[] bytes = [.. sample.Bytes];
        Assert.Equal(ElfPatch.Patched, ElfCompatibility.Patch(bytes, "sample.so"));

        byte[] expected = [.. sample.Bytes];
        expected[sample.WantedOffset + 4] |= 2;
        byte[] name = Encoding.ASCII.GetBytes("_ZNSt8ios_base4InitC1Ev".PadRight("_ZSt21ios_base_library_initv".Length, '\0'));
        name.CopyTo(expected, sample.OffsetOf("_ZSt21ios_base_library_initv"));
        expected[sample.VersionsOffset + (2 * 2)] = 4; // the third of the versions, counted from 2
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void Patch_PatchedLibrary_IsRecognisedAndUntouched()
    {
        byte[] bytes = ElfSample.NeedsNewSystem().Bytes;
        ElfCompatibility.Patch(bytes, "sample.so");
        byte[] once = [.. bytes];
        Assert.Equal(ElfPatch.AlreadyPatched, ElfCompatibility.Patch(bytes, "sample.so"));
        Assert.Equal(once, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MZ\u0090\0")]
    [InlineData("version https://git-lfs.github.com/spec/v1")]
    public void Patch_NotElf_SaysSo(string contents)
    {
        var error = Assert.Throws<DataException>(() => ElfCompatibility.Patch(Encoding.Latin1.GetBytes(contents), "folder/sample.so"));
        Assert.Contains("folder/sample.so is not a shared library", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Patch_TruncatedAnywhere_IsRefusedAndUntouched()
    {
        byte[] whole = ElfSample.NeedsNewSystem().Bytes;
        for (int length = 4; length < whole.Length; length++)
        {
            byte[] bytes = whole[..length];
            var error = Assert.Throws<DataException>(() => ElfCompatibility.Patch(bytes, "sample.so"));
            Assert.Contains("sample.so is truncated", error.Message, StringComparison.Ordinal);
            Assert.Equal(whole[..length], bytes);
        }
    }

    [Theory]
    [InlineData(4, 1)] // 32 bits
    [InlineData(5, 2)] // big-endian
    [InlineData(0x3a, 63)] // section headers of another size
    [InlineData(0x3c, 0)] // no sections
    public void Patch_OtherKindOfElf_IsRefused(int offset, byte value)
    {
        byte[] bytes = ElfSample.NeedsNewSystem().Bytes;
        bytes[offset] = value;
        var error = Assert.Throws<DataException>(() => ElfCompatibility.Patch(bytes, "sample.so"));
        Assert.Contains("cannot be adapted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Patch_AnotherSymbolOfTheNewVersion_IsRefused()
    {
        var sample = new ElfSample(
            [("_ZSt21ios_base_library_initv", "GLIBCXX_3.4.32"), ("_ZNSt5_other", "GLIBCXX_3.4.32")], ["GLIBCXX_3.4.32", "GLIBCXX_3.4"]);
        Assert.Throws<DataException>(() => ElfCompatibility.Patch(sample.Bytes, "sample.so"));
    }

    [Fact]
    public void Patch_NoOldVersionToFallBackTo_IsRefused()
    {
        var sample = new ElfSample([("_ZSt21ios_base_library_initv", "GLIBCXX_3.4.32")], ["GLIBCXX_3.4.32"]);
        Assert.Throws<DataException>(() => ElfCompatibility.Patch(sample.Bytes, "sample.so"));
    }

    [Fact]
    public void Patch_NameSharedWithAnotherSymbol_IsRefused()
    {
        ElfSample sample = ElfSample.NeedsNewSystem();
        int name = sample.OffsetOf("_ZSt21ios_base_library_initv") - sample.StringsOffset;
        BitConverter.TryWriteBytes(sample.Bytes.AsSpan(sample.SymbolsOffset + 24), name + 4);
        var error = Assert.Throws<DataException>(() => ElfCompatibility.Patch(sample.Bytes, "sample.so"));
        Assert.Contains("shares its bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Patch_RandomDamage_NeverFailsOtherwise()
    {
        byte[] whole = ElfSample.NeedsNewSystem().Bytes;
        var random = new RandomStream(11);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. whole];
            for (int i = 0; i < 3; i++)
                bytes[random.NextInt(bytes.Length)] = (byte)random.NextInt(256);
            try
            {
                ElfCompatibility.Patch(bytes, "sample.so");
            }
            catch (DataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 19_999);
    }
}
