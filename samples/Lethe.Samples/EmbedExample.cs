using Lethe.Runtime;

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
        using Encoder encoder = Encoder.Train("photos", "runs/photos"); // later: Encoder.Load("runs/photos")
        float[,] embeddings = encoder.Embed("new-photos");

        // end
        return embeddings;
    }
}
