using Lethe.Data;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Tests.Examples;

/// <summary>The program in the README, compiled.</summary>
internal static class EmbedExample
{
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
