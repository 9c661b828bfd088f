using Lethe.Data;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Samples;

/// <summary>The program in the README, compiled.</summary>
public static class EmbedExample
{
    /// <summary>Trains and embeds.</summary>
    /// <returns>A row for each image.</returns>
    public static float[,] Run()
    {
        // example
        TorchRuntime.Prepare();
        var options = new RunOptions { Data = new DataOptions { Data = "photos" } };
        Pretraining.Start(options, new Machine(), "runs/photos", command: "from my program");

        using TrainedEncoder encoder = TrainedEncoder.Load(RunDirectory.Open("runs/photos"), new Machine(), layer: "layer4");
        ImageSet images = ImageFiles.ReadAll("new-photos", encoder.ImageSize, encoder.Channels).Images;
        float[,] embeddings = encoder.Embed(images);

        // end
        return embeddings;
    }
}
