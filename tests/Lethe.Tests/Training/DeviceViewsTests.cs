using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Training;

[Collection(typeof(TorchCollection))]
public class DeviceViewsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_Batch_IsACopyOfEachGroupByViewThenImage(bool withLocal)
    {
        using var scope = NewDisposeScope();
        var batch = new ViewBatch(2, 3, 4, 1, withLocal ? new ViewBatch(5, 3, 2, 1) : null);
        foreach (ViewBatch group in withLocal ? new[] { batch, batch.Local! } : [batch])
        {
            for (int view = 0; view < group.ViewsPerImage; view++)
            {
                for (int position = 0; position < 3; position++)
                    group.View(view, position).Fill(10 * view + position);
            }
        }

        Views views = DeviceViews.Of(batch, CPU);
        batch.Pixels.AsSpan().Fill(-1);
        batch.Local?.Pixels.AsSpan().Fill(-1);
        Assert.Equal((3, SplitPoint.Input), (views.Images, views.From));
        Assert.Equal([6, 1, 4, 4], views.Full.shape);
        Assert.Equal([0, 1, 2, 10, 11, 12], views.Full[.., 0, 3, 1].contiguous().data<float>().ToArray());
        if (!withLocal)
        {
            Assert.Null(views.Local);
            return;
        }

        Assert.Equal([15, 1, 2, 2], views.Local!.shape);
        Assert.Equal(
            [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42], views.Local[.., 0, 1, 0].contiguous().data<float>().ToArray());
    }
}
