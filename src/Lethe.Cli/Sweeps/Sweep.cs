using System.IO.Hashing;
using System.Text;
using Lethe.Runtime;

namespace Lethe.Cli.Sweeps;

/// <summary>A sweep as its file says it: options that vary, each with each, and seeds.</summary>
/// <param name="File">The file.</param>
/// <param name="Root">The folder of the sweep.</param>
/// <param name="Cells">The cells, in the order of the file; the last that varies is the seed.</param>
/// <param name="Slurm">Options of sbatch, by their names.</param>
internal sealed record Sweep(
    string File, string Root, IReadOnlyList<SweepCell> Cells, IReadOnlyList<(string Key, string Value)> Slurm)
{
    /// <summary>The folder within that of the sweep which holds what is known of the cells.</summary>
    public const string Folder = "sweep";

    private const int MostCells = 10_000, LongestName = 100;
    private const string Pretrain = "pretrain", Grid = "grid", List = "cells", Seeds = "seeds", Undo = "undo", Evaluate = "evaluate";
    private const string Out = "out", SlurmKey = "slurm", Seed = "seed";

    private static readonly string[] keys = [Pretrain, Grid, List, Seeds, Undo, Evaluate, Out, SlurmKey];

    // What a sweep gives itself, or what has no sense in it.
    private static readonly string[] reserved = ["out", "resume", "json", "threads"];

    /// <summary>Reads a sweep; that its options are options is not looked at.</summary>
    /// <param name="file">The YAML file.</param>
    /// <param name="root">The folder of the sweep, before that of the file; null for that.</param>
    /// <exception cref="InvalidOptionException">It is no sweep.</exception>
    public static Sweep Read(string file, string? root)
    {
        var yaml = new YamlFile(
            file, "grid: {method: [simclr, byol]}",
            "a name with a value, a list of values, or names with these, as docs/sweeps.md shows", depth: 4);
        IReadOnlyList<(string Key, YamlNode Value)> fields = yaml.Read(file);
        if (fields.FirstOrDefault(field => !keys.Contains(field.Key)) is { Key: { } other })
        {
            throw new InvalidOptionException(
                $"{file}: unknown key '{other}'.{Suggestion.Sentence(other, keys)} Keys: {string.Join(", ", keys)}.");
        }

        Dictionary<string, YamlNode> found = fields.ToDictionary();
        var reader = new SweepReader(file, yaml, reserved);
        (string Key, string Value)[] common = found.TryGetValue(Pretrain, out YamlNode? shared) ? reader.Options(shared, reserved) : [];
        (string Key, string[] Values)[] grid = found.TryGetValue(Grid, out YamlNode? axes) ? reader.Axes(axes) : [];
        IEnumerable<Draft> drafts = found.TryGetValue(List, out YamlNode? list) ? reader.OptionLists(list).Select(Draft.Of) : [new("", [])];
        string[] seeds = found.TryGetValue(Seeds, out YamlNode? numbers) ? reader.Seeds(numbers) : [];
        IReadOnlyList<IReadOnlyList<string>> undos = Steps(Undo), evaluations = Steps(Evaluate);
        string folder = root ?? (found.TryGetValue(Out, out YamlNode? home) ? home.Text : null)
            ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(file));

        foreach ((string key, string[] values) in grid)
            drafts = drafts.SelectMany(cell => values.Select(value => cell.With(key, value)));
        if (seeds.Length > 0)
            drafts = drafts.SelectMany(cell => seeds.Select(seed => cell.With(Seed, seed)));
        Draft[] cells = [.. drafts.Take(MostCells + 1)];
        if (cells.Length > MostCells)
            throw new InvalidOptionException($"{file}: more than {MostCells} cells. Split it into several files.");
        RequireOnce(file, common, cells);
        string[] names = [.. Names(file, cells)];
        return new Sweep(file, folder,
            [
                .. cells.Select((cell, i) => new SweepCell(
                    names[i], folder, [.. common.Select(SweepReader.Flag)], [.. cell.Options.Select(SweepReader.Flag)], undos,
                    evaluations)),
            ],
            found.TryGetValue(SlurmKey, out YamlNode? slurm) ? reader.Options(slurm, ["array"]) : []);

        IReadOnlyList<IReadOnlyList<string>> Steps(string key) => !found.TryGetValue(key, out YamlNode? steps) ? []
            : [.. reader.OptionLists(steps).Select(step => (IReadOnlyList<string>)[.. step.Select(SweepReader.Flag)])];
    }

    private static void RequireOnce(string file, (string Key, string Value)[] common, Draft[] cells)
    {
        string[] twice =
        [
            .. cells.SelectMany(cell => common.Concat(cell.Options).GroupBy(option => option.Key).Where(option => option.Skip(1).Any()))
                .Select(option => option.Key).Distinct(),
        ];
        if (twice.Length > 0)
        {
            throw new InvalidOptionException(
                $"{file}: {string.Join(", ", twice)} stands in more than one of {Pretrain}, {Grid}, {List} and {Seeds}. Leave one of "
                + "them.");
        }
    }

    // A checksum where two would be called the same.
    private static IEnumerable<string> Names(string file, Draft[] cells)
    {
        // The folder of the sweep itself is none of a cell.
        string[] plain =
            [.. cells.Select(cell => cell.Name.Trim('-', '.')).Select(name => name.Length == 0 || name == Folder ? "cell" : name)];
        HashSet<string> clashing = [.. plain.CountBy(name => name).Where(name => name.Value > 1).Select(name => name.Key)];
        string[] names =
        [
            .. cells.Select((cell, i) => clashing.Contains(plain[i]) || plain[i].Length > LongestName
                ? $"{plain[i][..Math.Min(plain[i].Length, LongestName)]}-{cell.Checksum}" : plain[i]),
        ];
        return names.CountBy(name => name).FirstOrDefault(name => name.Value > 1).Key is { } twice
            ? throw new InvalidOptionException($"{file}: the cell {twice} appears twice. Cells must differ in some option.")
            : names;
    }

    // A cell as it comes to be: what varies, in words, and as options.
    private sealed record Draft(string Name, (string Key, string Value)[] Options)
    {
        private const string Given = "name";

        public string Checksum => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(
            string.Join('\n', Options.Select(option => $"{option.Key}={option.Value}")))).ToString("x16", null)[..8];

        /// <summary>One of a list, which may have a name of its own.</summary>
        public static Draft Of((string Key, string Value)[] entry)
        {
            (string Key, string Value)[] options = [.. entry.Where(option => option.Key != Given)];
            return options.Length < entry.Length
                ? new Draft(Plain(entry.First(option => option.Key == Given).Value), options)
                : options.Aggregate(new Draft("", []), (cell, option) => cell.With(option.Key, option.Value));
        }

        public Draft With(string key, string value)
        {
            string word = Plain(key == "method" ? value : key + Path.GetFileName(value.TrimEnd('/', '\\')));
            return new Draft(Name.Length == 0 ? word : $"{Name}-{word}", [.. Options, (key, value)]);
        }

        private static string Plain(string text) =>
            string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
    }
}
