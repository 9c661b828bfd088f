using Lethe.Augmentation;
using Lethe.Data;

namespace Lethe.Tests.Augmentation;

public class ViewPreviewTests
{
    [Fact]
    public void Plain_ImageOfTheSize_IsTheImage()
    {
        Image image = Sample.Noise(16, 16, 3, 1);
        Image preview = ViewPreview.Plain(Sample.Normalising(), image);
        Assert.Equal((16, 16, 3), (preview.Height, preview.Width, preview.Channels));
        Assert.Equal(image.Pixels.ToArray(), preview.Pixels.ToArray());
    }

    [Fact]
    public void Plain_GreyImage_IsRedGreenBlue()
    {
        Image image = Sample.Noise(16, 16, 1, 1);
        var augmenter = new ViewAugmenter(new AugmentationOptions(), 16, 1, ChannelStatistics.Measure(new ImageSet("one", [image])));
        Image preview = ViewPreview.Plain(augmenter, image);
        Assert.Equal(image.Pixels.ToArray().SelectMany(b => new[] { b, b, b }), preview.Pixels.ToArray());
    }

    [Fact]
    public void Random_Seed_IsTheRenderedViewWithoutNormalisation()
    {
        Image image = Sample.Noise(30, 30, 3, 1);
        ViewAugmenter plain = Sample.Plain(new AugmentationOptions(), 16, 3);
        float[] view = new float[plain.Length];
        plain.Render(image, 4, view);
        byte[] preview = ViewPreview.Random(Sample.Normalising(), image, 4).Pixels.ToArray();
        Assert.All(view.Zip(preview), pair => Assert.InRange(pair.Second, 255 * pair.First - 0.51, 255 * pair.First + 0.51));
    }
}
