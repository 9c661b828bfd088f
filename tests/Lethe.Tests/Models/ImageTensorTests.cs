using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

public class ImageTensorTests
{
    [Fact]
    public void FromPixels_ChannelsLast_IsChannelsFirstInShape()
    {
        using var scope = NewDisposeScope();
        const int Count = 2, Size = 3, Channels = 2;
        float[] pixels = [.. Enumerable.Range(0, Count * Size * Size * Channels + 5).Select(i => (float)i)];
        Tensor images = ImageTensor.FromPixels(pixels, Count, Size, Channels, CPU);
        Assert.Equal([Count, Channels, Size, Size], images.shape);
        for (int n = 0; n < Count; n++)
        {
            for (int c = 0; c < Channels; c++)
            {
                for (int y = 0; y < Size; y++)
                {
                    for (int x = 0; x < Size; x++)
                        Assert.Equal((((n * Size) + y) * Size + x) * Channels + c, images[n, c, y, x].item<float>());
                }
            }
        }
    }
}
