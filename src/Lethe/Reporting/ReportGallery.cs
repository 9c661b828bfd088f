using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>Images that are worth looking at: memorised ones, copies in both parts, outliers, and those among another class.</summary>
internal static class ReportGallery
{
    private const int Listed = 12, AtEachEnd = 6, Beside = 6;

    // Most of ten: a class that is not the image's own.
    private const int Most = 6;

    public static IEnumerable<Html?> Of(ReportGroup group)
    {
        ReportRun run = group.Runs[0];
        foreach (Html? piece in Memorised(group, run))
            yield return piece;
        if (run.Map is not { } map || map.States.FirstOrDefault(state => state.Stage == EvaluationStage.Before) is not { } before)
            yield break;
        string last = ResultTable.Of(group, group.FirstUndo).LastProbed ?? before.Layers[^1].Layer;
        MapLayer layer = before.Layers.FirstOrDefault(one => one.Layer == last) ?? before.Layers[^1];
        yield return $"<div class='gallery'>{Copies(map)}{Outliers(map, layer)}{Strangers(map, layer)}</div>";
    }

    private static IEnumerable<Html?> Memorised(ReportGroup group, ReportRun run)
    {
        ReportUndo? undo = run.Undos.FirstOrDefault(one => one.Name == group.FirstUndo);
        (EvaluationStage Stage, string State, string Name, ScoredImages? Scores, string Path)[] all =
        [
            (EvaluationStage.Before, "before", "b", run.Scores, run.Path),
            (EvaluationStage.Umm, "UMM", "u", undo?.Scores, $"{run.Path}/umm/{undo?.Name}"),
        ];
        if (all.All(one => one.Scores is null))
        {
            yield return Missing(
                "No images have been scored for memorisation yet. A second run on other images of the source, with "
                + "another --seed and a --limit, says more than one alone: give it in place of held-out.",
                $"lethe diagnose {run.Path} --against held-out");
        }

        string said = "";
        foreach ((EvaluationStage stage, string state, string name, ScoredImages? found, string path) in all)
        {
            if (found is not { } scores)
                continue;
            string how = How(scores, run);
            yield return $"""
                <h3>{$"Images by memorisation score, {state}"}</h3>
                <p class='note'>{(how == said ? "Scored in the same way." : $"{how} Each row is an image and views of it.")}</p>
                {Stale(scores, stage, stage == EvaluationStage.Before ? run.Evaluations : undo!.Evaluations, path)}
                {Sprites.Sheets(name, scores.Thumbnails)}
                {scores.Layers.Select((layer, i) => Layer(name, scores, layer, i == scores.Layers.Count - 2))}
                """;
            said = how;
        }
    }

    // Scores of other weights than those that the numbers of the page are of would contradict them.
    private static Html? Stale(ScoredImages scores, EvaluationStage stage, IEnumerable<EvaluationRecord> records, string path)
    {
        string[] measured =
        [
            .. from record in records
               where record is { Epoch: null, Weights: not null } && record.Stage == stage
               select record.Weights,
        ];
        return measured.Length == 0 || measured.Contains(scores.Weights) ? null : Missing(
            "These scores belong to other weights than the rest of this page: the encoder has changed since.",
            $"lethe diagnose {path} --against {scores.Against ?? "held-out"}");
    }

    // Which of two scores it is, and what it cannot say.
    private static string How(ScoredImages scores, ReportRun run) => scores.Against is { } against
        ? $"SSLMem of {Wording.Count(scores.Images.Count)} images that this run was trained on and {against} was not: how much nearer the "
            + "views of an image lie to each other than without it, from −1 to 1. Near that of images that neither saw is good; above it, "
            + "the layer has memorised the image."
        : $"Held-out score of {Wording.Count(scores.Images.Count)} images that this run was trained on: how much nearer the views of an "
            + "image lie to each other than those of the held-out images most like it, from −1 to 1. It rests on one run and is a hint: an "
            + "image may have near views because it is plain; held against SSLMem it was right about layers and hardly about single "
            + "images. AUC says how well the scores of a layer tell images trained on from "
            + "held-out ones; where it lies within what chance gives, the order of the images says nothing of memorisation. SSLMem says "
            + $"more; it takes a second run: lethe diagnose {run.Path} --against OTHER.";

    private static Html Layer(string name, ScoredImages scores, ScoredLayer layer, bool open)
    {
        string others = scores.Against is null ? "held-out images" : "images that neither saw";
        string beside = layer.Unseen is { } unseen ? $"; of {others} {Wording.Fixed(unseen, 3)}" : "";
        if (layer is { Auc: { } auc, AucChance: { } chance })
        {
            beside += $"; AUC {Wording.Fixed(auc, 3)}, by chance {Wording.Fixed(0.5 - chance, 3)} to {Wording.Fixed(0.5 + chance, 3)}"
                + (Math.Abs(auc - 0.5) <= chance ? ": no sign of memorisation" : "");
        }

        string mean = $": mean {Wording.Fixed(layer.Scores.Average(), 3)}{beside}";
        return $"""

            <details class='block'{If(open, $" open='open'")}><summary><b>{layer.Layer}</b>{mean}</summary>
            <div class='gallery'>
            {List(scores.Against is null ? "Highest" : "Most memorised", layer.Most)}
            {List(scores.Against is null ? "Lowest" : "Least memorised", layer.Least)}
            </div></details>
            """;

        Html List(string title, IEnumerable<int> order) => $"""

            <div><h4>{title}</h4><ol>{order.Take(AtEachEnd).Where(scores.Shown.Contains).Select(Row)}</ol></div>
            """;

        Html Row(int place)
        {
            int first = scores.Shown.Index().First(one => one.Item == place).Index * (1 + scores.Views);
            return $"""
                <li><div class='thumbs'>{Each(Enumerable.Range(0, 1 + scores.Views), view =>
                    Sprites.Picture(name, scores.Thumbnails, first + view, view == 0 ? scores.Names[place] : $"view {view} of it"))}</div>
                <span><b>{Wording.Fixed(layer.Scores[place], 3)}</b> {scores.Names[place]}</span></li>
                """;
        }
    }

    private static Html Copies(ImageMap map)
    {
        string how = map.Copies.Count == 0
            ? "None: no training image equals or nearly equals an unseen one on the map. That is good."
            : $"{Wording.Counted(map.Copies.Count, "unseen image")} equal or nearly equal to one trained on: what is measured on them is "
                + "no measure of unseen images. 'lethe data check' finds all of a folder.";
        return Kind(
            "Copies in both parts",
            how,
            map.Copies.Take(Listed).Select(pair => Row(map, pair[1], [pair[0]], $"unseen; trained on as {map.Names[pair[0]]}")));
    }

    private static Html Outliers(ImageMap map, MapLayer layer)
    {
        double[] distances = MapNumbers.Distances(layer.Distances);
        int[] neighbours = MapNumbers.Whole(layer.Neighbours);
        IEnumerable<int> far = Enumerable.Range(0, map.Count).OrderByDescending(i => distances[i]).Take(Listed);
        return Kind(
            "Outliers",
            $"The images farthest from their {layer.Near} nearest in {layer.Layer}, by 1 − cosine on the mean: broken, mislabelled or rare "
            + "ones are among them. Every set has a farthest image; look whether it belongs.",
            far.Select(i => Row(map, i, Nearest(neighbours, layer, i), $"{Wording.Fixed(distances[i], 3)}; {Part(map, i)}")));
    }

    private static Html? Strangers(ImageMap map, MapLayer layer)
    {
        if (map.Labels is null)
            return null;
        int[] labels = MapNumbers.Whole(map.Labels), neighbours = MapNumbers.Whole(layer.Neighbours);
        (int Image, int Class, int Votes)[] strangers =
        [
            .. from i in Enumerable.Range(0, map.Count)
               where labels[i] != ImageMap.NoLabel
               let most = Enumerable.Range(0, layer.Near).Select(j => labels[neighbours[(i * layer.Near) + j]])
                   .Where(label => label != ImageMap.NoLabel).CountBy(label => label).OrderByDescending(one => one.Value).FirstOrDefault()
               where most.Value >= Most && most.Key != labels[i]
               orderby most.Value descending, i
               select (i, most.Key, most.Value),
        ];
        return Kind(
            "Among another class",
            $"{Wording.Counted(strangers.Length, "image")} of {Wording.Count(map.Count)} with at least {Most} of the {layer.Near} nearest "
            + $"in {layer.Layer} of one other class: the encoder is wrong about them, or the label is. Few is good.",
            strangers.Take(Listed).Select(one => Row(
                map, one.Image, Nearest(neighbours, layer, one.Image),
                $"{map.Classes[labels[one.Image]]}; {one.Votes} of its nearest are {map.Classes[one.Class]}; {Part(map, one.Image)}")));
    }

    private static Html Kind(string title, string how, IEnumerable<Html> rows) => $"""

        <div><h3>{title}</h3><p class='note'>{how}</p><ol>{rows}</ol></div>
        """;

    private static Html Row(ImageMap map, int image, IEnumerable<int> beside, string words) => $"""

        <li><a href='#map' data-image='{image}'>{Sprites.Picture(Sprites.Map, map.Thumbnails, image, map.Names[image])}</a>
        <span>{map.Names[image]}<br/>{words}<br/>
        {Each(beside.Take(Beside), near => Sprites.Picture(Sprites.Map, map.Thumbnails, near, "near it: " + map.Names[near]))}</span></li>
        """;

    private static IEnumerable<int> Nearest(int[] neighbours, MapLayer layer, int image) =>
        neighbours.Skip(image * layer.Near).Take(layer.Near);

    private static string Part(ImageMap map, int image) => image < map.Seen ? "trained on" : "unseen";
}
