using System.Text;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

/// <summary>What is no image that is read is called what it is, with what to do.</summary>
public sealed class FileSignatureTests : IDisposable
{
    private readonly TempFolder folder = new();

    public static TheoryData<string, string, string> Files => new()
    {
        { "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS pointer", "git lfs pull" },
        { "\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "HEIC", "JPEG" },
        { "\0\0\0\u0018ftypmif1\0\0\0\0mif1heic", "HEIC", "JPEG" },
        { "\0\0\0\u001Cftypavif\0\0\0\0avifmif1", "AVIF", "Convert" },
        { "\0\0\0\u0018ftypcrx \0\0\0\u0001crx isom", "raw photo", "Develop" },
        { "\0\0\0\u0018ftypmp42\0\0\0\0isommp42", "film", "frames" },
        { "\0\0\0\fJXL \r\n\u0087\n", "JPEG XL", "Convert" },
        { "ÿ\nabc", "JPEG XL", "Convert" },
        { "\0\0\0\fjP  \r\n\u0087\n", "JPEG 2000", "Convert" },
        { "FUJIFILMCCD-RAW 0201FF", "raw photo", "Develop" },
        { "IIRO\b\0\0\0", "raw photo", "Develop" },
        { "%PDF-1.7\n", "PDF", "PNG" },
        { "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG", "Convert" },
        { "  <svg width=\"10\"/>", "SVG", "Convert" },
        { "<!DOCTYPE html><html><body>404</body></html>", "web page", "fetch" },
        { "8BPS\0\u0001", "Photoshop", "Convert" },
        { "\u001F\u008B\b\0", "gzip", "unpack" },
        { "\0\u0005\u0016\u0007\0\u0002\0\0Mac OS X", "macOS", "delete" },
        { new string('\0', 500), "zeros", "copy it again" },
        { new string('\0', 128) + "DICM", "DICOM", ".npy" },
        { "hello, this is text", "not a JPEG", "PNG" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_WhatIsNotRead_IsNamedWithWhatToDo(string content, string name, string advice)
    {
        string path = folder.Write("photo.jpg", Encoding.Latin1.GetBytes(content));
        foreach (Action read in (Action[])[() => ImageDecoder.Decode(path, 37), () => ImageDecoder.ReadSize(path)])
        {
            string message = Assert.Throws<DataException>(read).Message;
            Assert.Contains(name, message, StringComparison.Ordinal);
            Assert.Contains(advice, message, StringComparison.Ordinal);
            Assert.DoesNotContain("damaged", message, StringComparison.Ordinal);
        }
    }
}
