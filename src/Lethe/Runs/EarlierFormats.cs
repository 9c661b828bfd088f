using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Diagnostics;

namespace Lethe.Runs;

/// <summary>Brings what earlier versions wrote up to what is read now.</summary>
internal static class EarlierFormats
{
    // Earlier versions divided images in one way, of which they said nothing.
    public static void BringUp(JsonObject? data)
    {
        if (data?.ContainsKey(RunFiles.Name(nameof(DataOptions.Division))) != false)
            return;
        data[RunFiles.Name(nameof(DataOptions.Division))] = DivisionRule.Earlier;
        data[RunFiles.Name(nameof(DataOptions.Labels))] = LabelRule.Folders;
        data[RunFiles.Name(nameof(DataOptions.Duplicates))] = DuplicateRule.Ignore;
    }

    // Earlier versions stopped by ΔR alone; what was not to stop has no sign that decides anything.
    public static void BringUpSign(JsonObject? run)
    {
        string name = RunFiles.Name(nameof(RunOptions.MemorisationSign));
        if ((string?)run?[name] is not { } sign || StopSign.OfEarlier(sign) is var now && now == sign)
            return;
        run[name] = (bool?)run[RunFiles.Name(nameof(RunOptions.StopOnMemorisation))] == true ? now : StopSign.Auto;
    }

    // Earlier versions wrote the measure of a probe as its protocol, under a name of its own.
    public static void BringUpRecord(JsonObject record)
    {
        record[RunFiles.Measured] = (string?)record[RunFiles.Protocol] switch
        {
            "linear" => Measure.LinearAccuracy,
            "knn" => Measure.KnnAccuracy,
            var name => name,
        };
        record[RunFiles.Protocol] = EvaluationRecord.Probes;
        record.Remove("checkpoint");
    }
}
