using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Ranks;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>Brings a rendered batch to the device as the views that a method takes.</summary>
internal static class DeviceViews
{
    /// <summary>The views of a batch, copied: the batch's buffer may be used again.</summary>
    /// <param name="batch">Two full-size views of each image, and local ones where it has them.</param>
    /// <param name="device">Where to put them.</param>
    /// <param name="labels">Labels by the index of an image; null where the method takes none.</param>
    /// <param name="share">How the batch is shared out to ranks, where these are this rank's images; null where they are all.</param>
    /// <returns>Views that enter the backbone at its input; number and labels are those of the whole batch.</returns>
    public static Views Of(ViewBatch batch, Device device, IReadOnlyList<int>? labels = null, BatchShare? share = null)
    {
        Views pair = Views.Pair(Stacked(batch, device));
        if (share is not null)
            pair = pair with { Images = share.Images };
        if (labels is not null)
        {
            Tensor own = tensor(batch.Indices.Select(index => (long)labels[index]).ToArray(), device: device);
            pair = pair with { Labels = share is null ? own : RankOperations.Gather(share, own) };
        }

        return batch.Local is { } local ? pair with { Groups = [pair.Full, Stacked(local, device)] } : pair;
    }

    private static Tensor Stacked(ViewBatch batch, Device device) =>
        ImageTensor.FromPixels(batch.Pixels, batch.ViewsPerImage * batch.N, batch.Size, batch.Channels, device); // [v·N, C, H, W]
}
