using System.Diagnostics;
using System.Text.Json;
using Lethe.Runtime;

namespace Lethe.Benchmarks;

/// <summary>Runs Lethe and the PyTorch programs in turn, each time in a process of its own, and compares pair by pair.</summary>
/// <param name="python">A Python with torch and torchvision.</param>
/// <param name="peers">Folder of the PyTorch programs.</param>
/// <param name="repeats">How many pairs.</param>
internal sealed class Comparison(string python, string peers, int repeats)
{
    private static readonly int[] EpochCounts = [2000, 10_000, 50_000];
    private static readonly string[] Layouts = ["channels-last", "channels-first"];

    /// <summary>
    /// Training throughput. The peers are PyTorch, with the better of its memory layouts in each turn, and Lethe on libtorch's own
    /// operations.
    /// </summary>
    public void Training(string images, int count, int size, string backbone, int width, int batch, int steps, int warmUp, int threads) =>
        Network("training", "simclr_training.py", Arguments(
            ("images", images), ("count", count), ("size", size), ("backbone", backbone), ("width", width), ("batch", batch),
            ("steps", steps), ("warmup", warmUp), ("threads", threads)));

    /// <summary>Features of images, without decoding; peers as in training.</summary>
    public void Features(int size, string backbone, int width, int batch, int steps, int warmUp, int threads) =>
        Network("features", "features.py", Arguments(
            ("size", size), ("backbone", backbone), ("width", width), ("batch", batch), ("steps", steps), ("warmup", warmUp),
            ("threads", threads)));

    private void Network(string verb, string peer, string[] settings)
    {
        var turns = new List<(JsonElement Lethe, JsonElement Torch, JsonElement Peer)>();
        for (int i = 0; i < repeats; i++)
        {
            JsonElement lethe = Lethe(verb, settings), torch = Lethe(verb, [.. settings, "--kernels", "torch"]);
            JsonElement[] layouts = [.. Layouts.Select(layout => Peer(peer, [.. settings, "--layout", layout]))];
            turns.Add((lethe, torch, layouts.MaxBy(layout => Number(layout, "images_per_second"))));
            Console.Error.WriteLine(
                $"{i + 1}/{repeats}  Lethe {lethe}, with torch's operations {torch}, PyTorch {string.Join(" and ", layouts)}");
        }

        foreach (string field in new[] { "images_per_second", "images_per_cpu_second", "peak_mib" })
        {
            double[] ours = [.. turns.Select(turn => Number(turn.Lethe, field))];
            Print(field, ours, [.. turns.Select(turn => Number(turn.Peer, field))]);
            Print(field, ours, [.. turns.Select(turn => Number(turn.Torch, field))], "Lethe on libtorch's operations");
        }
    }

    /// <summary>Views per second on one thread, of images in memory or of files.</summary>
    public void Augmentation(string? images, string? files, int count, int size, string interpolation, double seconds)
    {
        string[] settings = files is not null
            ? Arguments(("files", files), ("size", size), ("interpolation", interpolation), ("seconds", seconds))
            : Arguments(("images", images!), ("count", count), ("size", size), ("interpolation", interpolation), ("seconds", seconds));

        // Decoding takes as many threads as .NET sees cores.
        if (files is not null)
            Environment.SetEnvironmentVariable("DOTNET_PROCESSOR_COUNT", "1");
        var pairs = new List<(JsonElement Lethe, JsonElement Peer)>();
        for (int i = 0; i < repeats; i++)
        {
            pairs.Add((Lethe("augmentation", settings), Peer("augmentation.py", settings)));
            Console.Error.WriteLine($"{i + 1}/{repeats}  Lethe {pairs[i].Lethe}, PyTorch {pairs[i].Peer}");
        }

        foreach (string field in new[] { "views_per_second", "views_per_cpu_second", "peak_mib" })
        {
            Print(field, [.. pairs.Select(pair => Number(pair.Lethe, field))], [.. pairs.Select(pair => Number(pair.Peer, field))]);
        }
    }

    /// <summary>
    /// What an image of an epoch costs as there are more images; ratios are to the fewest, within each turn. Without a peer.
    /// </summary>
    public void Epochs(string images, int size, int width, string? cache)
    {
        string[] settings =
            [.. Arguments(("images", images), ("size", size), ("width", width)), .. cache is null ? [] : Arguments(("cache", cache))];
        JsonElement[][] turns = new JsonElement[repeats][];
        for (int i = 0; i < repeats; i++)
        {
            turns[i] = [.. EpochCounts.Select(count => Lethe("epoch", [.. settings, .. Arguments(("count", count))]))];
            Console.Error.WriteLine($"{i + 1}/{repeats}  {string.Join(", ", turns[i])}");
        }

        for (int k = 0; k < EpochCounts.Length; k++)
        {
            JsonElement[] results = [.. turns.Select(turn => turn[k])];
            Console.WriteLine($"{Number(results[0], "images")} images:");
            foreach (string field in new[] { "microseconds_per_image", "cpu_microseconds_per_image" })
                Console.WriteLine($"  {field} {Spread([.. results.Select(result => Number(result, field))])}, ratio "
                    + $"{Spread([.. turns.Select(turn => Number(turn[k], field) / Number(turn[0], field))])}");
            foreach (string field in new[] { "waiting_share", "anonymous_mib", "peak_mib" })
                Console.WriteLine($"  {field} {Spread([.. results.Select(result => Number(result, field))])}");
        }
    }

    /// <summary>Coding rate reduction; the values have to agree.</summary>
    public void CodingRate(int n, int d, int threads)
    {
        string[] settings = Arguments(("n", n), ("d", d), ("threads", threads));
        var pairs = new List<(JsonElement Lethe, JsonElement Peer)>();
        for (int i = 0; i < repeats; i++)
        {
            pairs.Add((Lethe("coding-rate", settings), Peer("coding_rate.py", settings)));
            Console.Error.WriteLine($"{i + 1}/{repeats}  Lethe {pairs[i].Lethe}, PyTorch {pairs[i].Peer}");
        }

        foreach (string partition in new[] { "instance", "label" })
        {
            double ours = Number(pairs[0].Lethe, $"{partition}_value"), theirs = Number(pairs[0].Peer, $"{partition}_value");
            Console.WriteLine($"{partition}: values {ours:G8} and {theirs:G8}, relative difference {Math.Abs(ours / theirs - 1):E1}");
            string field = $"{partition}_seconds";
            Print(
                $"1 / {field}",
                [.. pairs.Select(pair => 1 / Number(pair.Lethe, field))],
                [.. pairs.Select(pair => 1 / Number(pair.Peer, field))]);
        }
    }

    /// <summary>A step of UMM with finite differences; what is printed first is steps per second.</summary>
    public void Umm(int width, int size, int batch, string split, int steps, int warmUp, int threads)
    {
        string[] settings = Arguments(
            ("width", width), ("size", size), ("batch", batch), ("split", split), ("steps", steps), ("warmup", warmUp),
            ("threads", threads));
        var pairs = new List<(JsonElement Lethe, JsonElement Peer)>();
        for (int i = 0; i < repeats; i++)
        {
            pairs.Add((Lethe("umm", settings), Peer("umm_step.py", settings)));
            Console.Error.WriteLine($"{i + 1}/{repeats}  Lethe {pairs[i].Lethe}, PyTorch {pairs[i].Peer}");
        }

        foreach (string field in new[] { "seconds_per_step", "cpu_seconds_per_step" })
        {
            Print(
                $"1 / {field}",
                [.. pairs.Select(pair => 1 / Number(pair.Lethe, field))],
                [.. pairs.Select(pair => 1 / Number(pair.Peer, field))]);
        }

        Print(
            "peak_mib",
            [.. pairs.Select(pair => Number(pair.Lethe, "peak_mib"))],
            [.. pairs.Select(pair => Number(pair.Peer, "peak_mib"))]);
    }

    /// <summary>The linear protocol against Adam on the same rows; accuracies have to be no worse.</summary>
    public void LinearProbe(LinearProbeRows rows, int threads)
    {
        string folder = Directory.CreateTempSubdirectory("lethe-linear-").FullName;
        try
        {
            (int dimension, int classes) = LinearProbeTime.Write(folder, rows, threads);
            string[] which = rows.Run is null
                ? Arguments(("rows", rows.Count), ("features", rows.Dimension), ("classes", rows.Classes), ("seed", rows.Seed))
                : Arguments(("run", rows.Run), ("layer", rows.Layer));
            var pairs = new List<(JsonElement Lethe, JsonElement Peer)>();
            for (int i = 0; i < repeats; i++)
            {
                pairs.Add((
                    Lethe("linear-probe", [.. which, .. Arguments(("threads", threads))]),
                    Peer("linear_probe.py", Arguments(("folder", folder), ("d", dimension), ("classes", classes), ("threads", threads)))));
                Console.Error.WriteLine($"{i + 1}/{repeats}  Lethe {pairs[i].Lethe}, PyTorch {pairs[i].Peer}");
            }

            Print(
                "accuracy",
                [.. pairs.Select(pair => Number(pair.Lethe, "accuracy"))],
                [.. pairs.Select(pair => Number(pair.Peer, "accuracy"))]);
            Print(
                "1 / cpu_seconds",
                [.. pairs.Select(pair => 1 / Number(pair.Lethe, "cpu_seconds"))],
                [.. pairs.Select(pair => 1 / Number(pair.Peer, "cpu_seconds"))]);
            Print(
                "1 / seconds",
                [.. pairs.Select(pair => 1 / Number(pair.Lethe, "seconds"))],
                [.. pairs.Select(pair => 1 / Number(pair.Peer, "seconds"))]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string field, double[] lethe, double[] peer, string name = "PyTorch")
    {
        double[] ratios = [.. lethe.Zip(peer, (ours, theirs) => ours / theirs)];
        Console.WriteLine($"{field}: Lethe {Spread(lethe)}, {name} {Spread(peer)}, ratio {Spread(ratios)}");
    }

    private static string Spread(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return $"{median:G4} ({sorted[0]:G4} to {sorted[^1]:G4})";
    }

    private static double Number(JsonElement result, string field) => result.GetProperty(field).GetDouble();

    private static string[] Arguments(params (string Name, object Value)[] settings) =>
        [.. settings.SelectMany(setting => new[] { $"--{setting.Name}", FormattableString.Invariant($"{setting.Value}") })];

    private static JsonElement Lethe(string verb, string[] settings) => Start(Environment.ProcessPath!, [verb, .. settings]);

    private JsonElement Peer(string program, string[] settings) => Start(python, [Path.Combine(peers, program), .. settings]);

    private static JsonElement Start(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string? result = output.Split('\n').LastOrDefault(line => line.StartsWith('{'));
        if (process.ExitCode != 0 || result is null)
            throw new RunException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode} and no result. What it said "
                + "is above; run it alone to see more.");
        return JsonSerializer.Deserialize<JsonElement>(result);
    }
}
