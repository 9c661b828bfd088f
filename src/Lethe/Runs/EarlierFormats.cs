using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Diagnostics;

namespace Lethe.Runs;

/// <summary>Brings what earlier versions wrote up to what is read now.</summary>
internal static class EarlierFormats
{
    /// <summary>What a record of today has, and those of before lack.</summary>
    public const string Measured = "measure";

    private const string Protocol = "protocol";

    // Earlier versions divided images in one way, of which they said nothing.
    public static void BringUp(JsonObject? data)
    {
        if (data?.ContainsKey(Name(nameof(DataOptions.Division))) != false)
            return;
        data[Name(nameof(DataOptions.Division))] = DivisionRule.Earlier;
        data[Name(nameof(DataOptions.Labels))] = LabelRule.Folders;
        data[Name(nameof(DataOptions.Duplicates))] = DuplicateRule.Ignore;
    }

    // Earlier versions stopped by ΔR alone; what was not to stop has no sign that decides anything.
    public static void BringUpSign(JsonObject? run)
    {
        string name = Name(nameof(RunOptions.MemorisationSign));
        if ((string?)run?[name] is not { } sign || StopSign.OfEarlier(sign) is var now && now == sign)
            return;
        run[name] = (bool?)run[Name(nameof(RunOptions.StopOnMemorisation))] == true ? now : StopSign.Auto;
    }

    // Earlier versions wrote the measure of a probe as its protocol, under a name of its own.
    public static void BringUpRecord(JsonObject record)
    {
        record[Measured] = (string?)record[Protocol] switch
        {
            "linear" => Measure.LinearAccuracy,
            "knn" => Measure.KnnAccuracy,
            var name => name,
        };
        record[Protocol] = EvaluationRecord.Probes;
        record.Remove("checkpoint");
    }

    private static string Name(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
