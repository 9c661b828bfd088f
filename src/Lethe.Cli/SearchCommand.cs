using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Recognition;
using Lethe.Storage;
using Lethe.Runtime;
using Lethe.Workflow;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary><c>lethe search</c>: the images most like one, or pairs that are nearly the same, with a contact sheet.</summary>
internal static class SearchCommand
{
    private const int ShownPairs = 20;

    public static Command Create(Terminal terminal)
    {
        var query =
            new Option<string?>("--query") { Description = "The image, or a folder of images, to compare with.", HelpName = "IMAGE" };
        var duplicates =
            new Option<bool>("--duplicates") { Description = "Find near-duplicates, in place of --query." };
        Option<string> images = EmbedCommand.Images("The images to search in: a folder with all folders below it.");
        var count = new Option<int>("--count")
        {
            Description = "Images to find for each query.", HelpName = "N", DefaultValueFactory = _ => 10,
        };
        var similarity = new Option<double>("--similarity")
        {
            Description = "The cosine above which two images count as duplicates. The right value depends on the encoder: check it on "
                + "the contact sheet.",
            HelpName = "S", DefaultValueFactory = _ => 0.98,
            CustomParser = result => double.TryParse(
                result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out double value) ? value : double.NaN,
        };
        var sheet = new Option<string?>("--out") { Description = "A contact sheet to write, as PNG.", HelpName = "FILE" };
        Option<bool> force = OutputFile.Force();
        Option<int> bad = EmbedCommand.MaxBadFiles();
        var command = new Command(
            "search", "Find the images most similar to one by an encoder's embeddings, or near-duplicates.")
            { query, images, duplicates, count, similarity, sheet, force, bad };
        var flags = new EncoderFlags(command);
        var table = new OptionTable(command, EncoderFlags.Records);
        return command.Does(terminal, (parsed, cancellation) =>
        {
            string? asked = parsed.GetValue(query), picture = parsed.GetValue(sheet);
            (int most, double least) = (parsed.GetValue(count), parsed.GetValue(similarity));
            if ((asked is null) != parsed.GetValue(duplicates))
                throw new InvalidOptionException("search needs either --query with an image, or --duplicates.");
            if (most < 1)
                throw new InvalidOptionException($"--count must be at least 1, found {most}.");
            if (!(least is > 0 and <= 1))
                throw new InvalidOptionException("--similarity must be a number above 0 and at most 1, with a point for decimals.");
            if (picture is not null)
                OutputFile.Require(picture, parsed.GetValue(force), ".png");
            foreach (string path in new[] { parsed.GetRequiredValue(images), asked }.OfType<string>())
                ImageFiles.RequirePath(path);
            using Encoder encoder = flags.Load(parsed, table.Read(parsed), terminal, Measure.KnnAccuracy);
            (ImageSet Set, ImageEmbeddings Embeddings) Embed(string path)
            {
                (ImageSet set, IReadOnlyList<string> skipped) = ImageFiles.ReadAll(
                    path, encoder.ImageSize, encoder.Channels, parsed.GetValue(bad), null, cancellation);
                foreach (string one in skipped)
                    terminal.Say($"skipped {PathLines.Of(one)}");
                return (set, new ImageEmbeddings(encoder.Embed(set, terminal.Progress, cancellation), set.Paths!, skipped));
            }

            (ImageSet all, ImageEmbeddings embeddings) = Embed(parsed.GetRequiredValue(images));
            var index = new EmbeddingIndex(embeddings);
            if (asked is null)
                return Pairs(index.Duplicates(least, cancellation: cancellation), all, picture, least, terminal);
            (ImageSet queries, ImageEmbeddings wanted) = Embed(asked);
            return Nearest(index.Nearest(wanted.Rows, most, cancellation), queries, all, picture, terminal);
        });
    }

    private static JsonObject Nearest(
        IReadOnlyList<IReadOnlyList<Neighbour>> found, ImageSet queries, ImageSet all, string? picture, Terminal terminal)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("query").AddColumn("image").AddColumn("cosine");
        var rows = new JsonArray();
        foreach ((IReadOnlyList<Neighbour> near, string query) in found.Zip(queries.Paths!))
        {
            foreach (Neighbour one in near)
            {
                table.AddRow(Markup.Escape(query), Markup.Escape(one.Path), Invariant($"{one.Similarity:F3}"));
                rows.Add(new JsonObject { ["query"] = query, ["path"] = one.Path, ["similarity"] = one.Similarity });
            }
        }

        terminal.Show(table);
        Sheet(picture, found.Select((near, i) => new SheetRow(
            queries[i], [.. near.Select(one => new SheetCell(all[one.Index], null))])), terminal);
        return new JsonObject { ["found"] = rows, ["sheet"] = picture };
    }

    private static JsonObject Pairs(
        IReadOnlyList<SimilarPair> pairs, ImageSet all, string? picture, double similarity, Terminal terminal)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("image").AddColumn("nearly the same").AddColumn("cosine");
        foreach (SimilarPair pair in pairs.Take(ShownPairs))
            table.AddRow(Markup.Escape(pair.FirstPath), Markup.Escape(pair.SecondPath), Invariant($"{pair.Similarity:F3}"));
        if (pairs.Count > 0)
            terminal.Show(table);
        terminal.Say(Invariant($"{pairs.Count} pairs of {all.Count} images have a cosine of at least {similarity}.")
            + (pairs.Count > ShownPairs ? $" The first {ShownPairs} are shown; --json has all." : ""));
        Sheet(picture, pairs.Take(ShownPairs).Select(
            pair => new SheetRow(all[pair.First], [new SheetCell(all[pair.Second], null)])), terminal);
        return new JsonObject
        {
            ["pairs"] = new JsonArray([.. pairs.Select(pair => (JsonNode)new JsonObject
            {
                ["first"] = pair.FirstPath, ["second"] = pair.SecondPath, ["similarity"] = pair.Similarity,
            })]),
            ["sheet"] = picture,
        };
    }

    private static void Sheet(string? picture, IEnumerable<SheetRow> rows, Terminal terminal)
    {
        SheetRow[] all = [.. rows];
        if (picture is null || all.Length == 0)
            return;
        ContactSheet.Write(picture, all);
        terminal.Say($"The contact sheet is {picture}: a query a row, most alike first.");
    }
}
