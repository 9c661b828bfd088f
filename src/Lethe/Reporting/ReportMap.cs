using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>The map of images: its data, a script that draws it, and the small pictures, all within the page.</summary>
internal static class ReportMap
{
    // The default encoder leaves no character in names that could end the script's element or an attribute.
    private static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    // Braces of CSS and scripts, where those of C# stand for values.
    private static readonly Html opened = Raw("{"), closed = Raw("}");

    private static readonly string[] scripts = ["map-data.js", "map-view.js", "map-input.js", "map-page.js"];

    /// <summary>The map of the first run.</summary>
    public static IEnumerable<Html?> Of(ReportGroup group)
    {
        ReportRun run = group.Runs[0];
        if (run.Map is not { } map)
            return [Missing("No map of images was drawn.", Command(run))];
        return
        [
            If(group.Runs.Count > 1, $"<p>The map is of the first run, {run.Path}.</p>"),
            Stale(run, map) is { } stale ? Missing(stale, Command(run)) : null,
            $"<p>{About(map)}</p>",
            Sprites.Sheets(Sprites.Map, map.Thumbnails),
            Resource("map.html"),
            $"""
            <script type='application/json' id='map-data'>{Raw(Data(group, map))}</script>
            <script>//<![CDATA[
            (() => {opened} 'use strict';
            {scripts.Select(Resource)}
            {closed})();
            //]]></script>
            """,
        ];
    }

    private static string Command(ReportRun run) => $"lethe report {run.Path} --map-images 2000";

    // A map of other weights than those that the numbers of the page are of would contradict them.
    private static string? Stale(ReportRun run, ImageMap map)
    {
        string[] missing =
        [
            .. from record in run.Evaluations.Concat(run.Undos.SelectMany(undo => undo.Evaluations))
               where record is { Epoch: null, Weights: not null }
               group record.Weights by record.Stage into stage
               where map.States.All(state => state.Stage != stage.Key || !stage.Contains(state.Weights))
               select Label(stage.Key),
        ];
        return missing.Length == 0
            ? null : $"The map shows older weights than the rest of this page: {Wording.List(missing)} changed since it was drawn.";
    }

    // Without labels there is no probe part, and test images have nothing to keep secret.
    private static string About(ImageMap map) => map.Labels is null
        ? $"{Wording.Count(map.Seen)} images that the encoder was trained on and {Wording.Count(map.Count - map.Seen)} that it was not. No "
            + $"sealed image is on the map. {Bound(map.Thumbnails)}"
        :
        $"{Wording.Count(map.Seen)} images that the encoder was trained on and {Wording.Count(map.Count - map.Seen)} that it was not: "
        + "probe images, which may be chosen by. Neither test images nor sealed ones are on the map, so looking at it is no look that "
        + "counts. "
        + $"{Bound(map.Thumbnails)}";

    private static string Bound(MapThumbnails thumbnails)
    {
        long bytes = thumbnails.Sheets.Sum(sheet => (long)sheet.Length);
        return $"Pictures are {thumbnails.Side} pixels wide and take {Wording.Count(bytes / 1024)} KiB.";
    }

    private static string Data(ReportGroup group, ImageMap map)
    {
        map = map with { Columns = [.. map.Columns, .. Scores(group.Runs[0], group.FirstUndo, map)] };
        JsonObject document = JsonSerializer.SerializeToNode(map, json)!.AsObject();
        document["thumbnails"]!.AsObject().Remove("sheets");
        document["start"] = ResultTable.Of(group, group.FirstUndo).LastProbed ?? map.States[0].Layers[^1].Layer;
        foreach ((MapState state, JsonNode? node) in map.States.Zip(document["states"]!.AsArray()))
        {
            node!["label"] = Label(state.Stage);
            node["stage"] = Name(state.Stage);
        }

        foreach ((MapColumn column, JsonNode? node) in map.Columns.Zip(document["columns"]!.AsArray()))
            node!["stage"] = column.Stage is { } stage ? Name(stage) : null;
        return document.ToJsonString(json);
    }

    // Images of the map are the first ones of the training part, so those of them that were scored are known by their places.
    private static IEnumerable<MapColumn> Scores(ReportRun run, string? undo, ImageMap map)
    {
        (EvaluationStage, ScoredImages?)[] all =
        [
            (EvaluationStage.Before, run.Scores),
            (EvaluationStage.Umm, run.Undos.FirstOrDefault(one => one.Name == undo)?.Scores),
        ];
        foreach ((EvaluationStage stage, ScoredImages? scores) in all)
        {
            // Of other weights than those of the map they would say something else.
            if (scores is null || map.States.All(state => (state.Stage, state.Weights) != (stage, scores.Weights)))
                continue;
            foreach (ScoredLayer layer in scores.Layers)
            {
                float[] values = [.. Enumerable.Repeat(float.NaN, map.Count)];
                foreach ((int place, int image) in scores.Images.Index())
                {
                    if (image < map.Seen)
                        values[image] = layer.Scores[place];
                }

                (string name, string says) = scores.Against is null
                    ? (ImageMap.HeldOutScore, "how much nearer the views of the image lie than those of held-out images like it; one run "
                        + "alone, a hint")
                    : ("SSLMem", "how far the layer has memorised the image, from −1 to 1; above 0 is memorised");
                yield return new MapColumn(name, says, MapNumbers.Single(values))
                {
                    Layer = layer.Layer, Stage = stage,
                };
            }
        }
    }

    private static string Name(EvaluationStage stage) => JsonNamingPolicy.CamelCase.ConvertName(stage.ToString());

    private static string Label(EvaluationStage stage) => stage == EvaluationStage.Umm ? "UMM" : Name(stage);
}
