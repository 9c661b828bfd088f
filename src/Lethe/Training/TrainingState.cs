using System.Text.Json.Serialization;

namespace Lethe.Training;

/// <summary>Where training stands, beside the tensors: what a checkpoint holds to go on bit for bit.</summary>
internal sealed record TrainingState
{
    /// <summary>Steps of the optimiser done.</summary>
    public long Step { get; set; }

    /// <summary>Epochs behind the method, pre-training included, with the fraction of the current one.</summary>
    public double Epoch { get; set; }

    /// <summary>The last epoch (or iteration of UMM) that was evaluated; −1 before the first.</summary>
    public int EvaluatedAt { get; set; } = -1;

    /// <summary>The last epoch that was begun, counted from 0; −1 before the first.</summary>
    public int BegunEpoch { get; set; } = -1;

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate { get; set; }

    /// <summary>Sums of the loss and its terms over the steps since the last evaluation.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public SortedDictionary<string, double> Sums { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How many batches the sums run over.</summary>
    public long SumCount { get; set; }

    /// <summary>Length of <c>metrics.jsonl</c>, in bytes, that belongs to this state; what lies after it was written later.</summary>
    public long MetricsLength { get; set; }

    /// <summary>XXH3-128 of those bytes, in hexadecimal; null in checkpoints of earlier versions.</summary>
    public string? MetricsChecksum { get; set; }

    /// <summary>Running means of the lengths of gradients, by which UMM weighs its terms.</summary>
    public SortedDictionary<string, double> GradientLengths { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Adds a value to a running mean.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value at this batch.</param>
    public void Add(string name, double value) => Sums[name] = Sums.GetValueOrDefault(name) + value;

    /// <summary>The means since the last evaluation.</summary>
    /// <returns>Names and means, in ordinal order.</returns>
    public IReadOnlyList<(string Name, double Mean)> Means() => [.. Sums.Select(sum => (sum.Key, sum.Value / SumCount))];

    /// <summary>Starts the means afresh.</summary>
    public void ClearMeans()
    {
        Sums.Clear();
        SumCount = 0;
    }
}
