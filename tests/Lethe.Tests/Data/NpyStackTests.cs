using System.Text;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class NpyStackTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("<u2", "(6, 20, 18)", false, 1, nameof(SampleType.UInt16))]
    [InlineData("<u2", "(6, 20, 18, 13)", false, 13, nameof(SampleType.UInt16))]
    [InlineData("<u2", "(6, 20, 18, 13)", true, 13, nameof(SampleType.UInt16))]
    [InlineData(">u2", "(6, 20, 18, 3)", false, 3, nameof(SampleType.UInt16))]
    [InlineData("<u2", "(6, 4, 20, 18)", false, 4, nameof(SampleType.UInt16))]
    [InlineData("<u2", "(6, 4, 20, 18)", true, 4, nameof(SampleType.UInt16))]
    [InlineData("<i2", "(6, 20, 18, 2)", false, 2, nameof(SampleType.Float32))]
    [InlineData(">i2", "(6, 20, 18)", true, 1, nameof(SampleType.Float32))]
    [InlineData("|u1", "(6, 20, 36)", false, 1, nameof(SampleType.UInt8))]
    [InlineData("|b1", "(6, 20, 36)", false, 1, nameof(SampleType.UInt8))]
    public void Read_AnyLayout_GivesEachElement(string type, string shape, bool fortran, int channels, string samples)
    {
        int[] lengths = [.. shape.Trim('(', ')').Split(", ").Select(int.Parse)];
        byte[] elements = DeepImages.Bytes(DeepImages.Noise(lengths.Aggregate(1, (a, b) => a * b)));
        if (type[1] != 'u' && type[1] != 'i')
            elements = [.. elements.Select(element => (byte)(element & 1))];
        NpyStack stack = NpyStack.Open(Write("stack.npy", type, shape, fortran, elements));
        Assert.Equal(6, stack.Names.Count);
        Image[] images = stack.Read([4, 1], 224, 0, default);
        Assert.All(images, image => Assert.Equal((channels, samples), (image.Channels, image.Samples.ToString())));

        bool first = lengths.Length == 4 && lengths[3] > 16;
        for (int k = 0; k < 2; k++)
        {
            Image image = images[k];
            for (int i = 0; i < image.Height * image.Width * channels; i++)
            {
                (int pixel, int c) = Math.DivRem(i, channels);
                (int y, int x) = Math.DivRem(pixel, image.Width);
                int[] place = lengths.Length == 3 ? [k == 0 ? 4 : 1, y, x] : first ? [k == 0 ? 4 : 1, c, y, x] : [k == 0 ? 4 : 1, y, x, c];
                int at = 0;
                foreach (int axis in fortran ? Enumerable.Range(0, lengths.Length).Reverse() : Enumerable.Range(0, lengths.Length))
                    at = (at * lengths[axis]) + place[axis];
                float expected = type switch
                {
                    "|u1" => elements[at], "|b1" => 255 * elements[at],
                    "<u2" => BitConverter.ToUInt16(elements, 2 * at), ">u2" => (elements[2 * at] << 8) | elements[(2 * at) + 1],
                    "<i2" => BitConverter.ToInt16(elements, 2 * at), _ => (short)((elements[2 * at] << 8) | elements[(2 * at) + 1]),
                };
                Assert.Equal(expected, new SampleReader(image)[i]);
            }
        }
    }

    [Fact]
    public void Open_AStackAsData_DividesAndNamesItsImages()
    {
        string path = Write("cells.npy", "<u2", "(40, 20, 20, 5)", false, DeepImages.Bytes(DeepImages.Noise(40 * 20 * 20 * 5)));
        DataSplits splits = DataSources.Open(new DataOptions { Data = path }, 1);
        Assert.Equal((5, SampleType.UInt16, 20), (splits.Train.Channels, splits.Train.Samples, splits.ImageSize));
        string[] names = [.. splits.Train.Paths!, .. splits.Probe.Paths!, .. splits.Test.Paths!];
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"cells.npy#{i}").Order(), names.Order());
        (ImageSet all, _) = ImageFiles.ReadAll(path, 20);
        int place = int.Parse(splits.Train.Paths![0].Split('#')[1]);
        Assert.Equal(all[place].Pixels.ToArray(), splits.Train[0].Pixels.ToArray());
        Assert.Equal("cells.npy#0", all.Paths![0]);
        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => $"cells.npy#{i}"),
            ImageFiles.ReadParts(path, 20, 5, 0, 7, default).SelectMany(part => part.Images.Paths!));
    }

    [Fact]
    public void Open_AFolderOfArrays_TakesEachAsAnImage()
    {
        for (int i = 0; i < 12; i++)
            Write($"{(i % 2 == 0 ? "a" : "b")}/{i}.npy", "<f4", "(18, 20, 3)", false, DeepImages.Bytes(DeepImages.Noise(18 * 20 * 3, (ulong)i).Select(x => x / 65535f).ToArray()));
        DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root }, 1);
        Assert.Equal((3, SampleType.Float32), (splits.Train.Channels, splits.Train.Samples));
        Assert.Equal(["a", "b"], splits.Train.ClassNames!);
    }

    [Fact]
    public void Read_Larger_IsReduced()
    {
        NpyStack stack = NpyStack.Open(Write("large.npy", "<u2", "(2, 64, 96)", false, DeepImages.Bytes(Enumerable.Repeat((ushort)777, 2 * 64 * 96).ToArray())));
        Image image = stack.Read([1], 16, 0, default)[0];
        Assert.Equal((19, 29), (image.Height, image.Width));
        Assert.All(DeepImages.Values<ushort>(image), level => Assert.Equal(777, level));
    }

    [Theory]
    [InlineData("(5, 20, 20)", 3990, "cut off")]
    [InlineData("(100, 64)", 12800, "expected")]
    [InlineData("(224, 224, 3)", 301056, "one image")]
    [InlineData("(2, 20, 20, 20)", 32000, "16 channels")]
    [InlineData("(0, 20, 20)", 0, "no images")]
    public void Open_WhatIsNoStack_SaysWhatToDo(string shape, int bytes, string words)
    {
        string path = Write("wrong.npy", "<u2", shape, false, new byte[bytes]);
        string message = Assert.Throws<DataException>(() => NpyStack.Open(path)).Message;
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.Contains("wrong.npy", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_AStackWhereAnImageIsExpected_SaysWhatToDo()
    {
        string path = Write("stack.npy", "<u2", "(5, 20, 30)", false, new byte[6000]);
        Assert.Contains("--data FILE.npy", Assert.Throws<DataException>(() => ImageDecoder.Decode(path, 20)).Message, StringComparison.Ordinal);
    }

    private string Write(string name, string type, string shape, bool fortran, byte[] elements)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}".PadRight(117) + "\n";
        return folder.Write(name, [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. elements]);
    }
}
