using System.CommandLine;
using System.CommandLine.Completions;

namespace Lethe.Cli;

/// <summary>
/// Other words of the field for options and names, and other spellings of them: American or British, with '_' for '-', names in any case.
/// They are understood on the command line and in YAML files; what is recorded and said is Lethe's own name.
/// </summary>
internal static class Synonyms
{
    /// <summary>Flags by what else they are called elsewhere. Spellings are not listed: <see cref="Spellings"/> makes them.</summary>
    public static IReadOnlyDictionary<string, string[]> OfFlags { get; } = new Dictionary<string, string[]>
    {
        ["--learning-rate"] = ["--lr"],
        ["--weight-decay"] = ["--wd"],
        ["--batch-size"] = ["--bs", "--batch"],
        ["--optimiser"] = ["--optim", "--opt"],
        ["--backbone"] = ["--arch", "--architecture", "--model", "--network"],
        ["--data"] = ["--dataset", "--data-dir", "--data-path"],
        ["--out"] = ["--output", "--output-dir", "--out-dir", "-o"],
        ["--threads"] = ["--num-threads"],
        ["--image-size"] = ["--img-size", "--input-size", "--resolution"],
        ["--epochs"] = ["--num-epochs", "--max-epochs"],
        ["--warm-up"] = ["--warmup", "--warmup-epochs"],
        ["--temperature"] = ["--tau"],
        ["--queue-length"] = ["--queue-size"],
        ["--projector-output"] = ["--proj-dim"],
        ["--accumulate"] = ["--grad-accum", "--accumulate-grad-batches"],
        ["--evaluate-every"] = ["--eval-every"],
        ["--neighbours"] = ["--knn-k"],
        ["--init"] = ["--pretrained", "--weights"],
        ["--seed"] = ["--random-seed"],
        ["--checkpoint"] = ["--ckpt"],
        ["--augmentation"] = ["--aug", "--preset"],
        ["--iterations"] = ["--iters"],
        ["--protocol"] = ["--protocols"],
        ["--force"] = ["--overwrite"],
    };

    /// <summary>Names of methods, data sources and the like by what else they are called elsewhere.</summary>
    public static IReadOnlyDictionary<string, string[]> OfNames { get; } = new Dictionary<string, string[]>
    {
        ["moco"] = ["moco-v2"],
        ["barlow-twins"] = ["barlow"],
        ["fashion-mnist"] = ["fmnist", "fashion"],
        ["cuda"] = ["gpu"],
    };

    private static readonly (string British, string American)[] spellings =
    [
        ("colour", "color"), ("grey", "gray"), ("centre", "center"), ("neighbour", "neighbor"), ("isation", "ization"),
        ("imiser", "imizer"), ("labelled", "labeled"), ("licence", "license"), ("solarise", "solarize"),
        ("minimise", "minimize"), ("normalise", "normalize"),
    ];

    /// <summary>
    /// Teaches a verb and all below it the other names of their options, and the other spellings of the names that these take.
    /// </summary>
    /// <param name="command">The verb, whole.</param>
    public static void Teach(Command command)
    {
        HashSet<string> taken = [.. command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))];
        foreach (Option option in command.Options)
        {
            IEnumerable<string> others = OfFlags.GetValueOrDefault(option.Name, []).Prepend(option.Name).SelectMany(Spellings);
            foreach (string other in others.Where(taken.Add))
                option.Aliases.Add(other);
            if (option is Option<string?> { CustomParser: null, CompletionSources.Count: > 0 } names)
                names.CustomParser = result => Canonical(result.Tokens.Count == 0 ? null : result.Tokens[^1].Value, Offered(option));
        }

        foreach (Argument<string?> argument in command.Arguments.OfType<Argument<string?>>().Where(one => one.CompletionSources.Count > 0))
            argument.CustomParser = result => Canonical(result.Tokens.Count == 0 ? null : result.Tokens[^1].Value, Offered(argument));
        foreach (Command verb in command.Subcommands)
            Teach(verb);
    }

    /// <summary>A flag in all its spellings, itself first.</summary>
    public static IEnumerable<string> Spellings(string flag)
    {
        string american = spellings.Aggregate(flag, (text, pair) => text.Replace(pair.British, pair.American, StringComparison.Ordinal));
        return new[] { flag, american }.SelectMany(text => new[] { text, Underscored(text) }).Distinct();
    }

    /// <summary>What a name, or several with commas between, is called here; as it was where it is none that is offered.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="offered">The names that there are.</param>
    public static string? Canonical(string? text, IReadOnlyCollection<string> offered)
    {
        if (text is null || offered.Contains(text) || Path.Exists(text))
            return text;
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length == 1 ? One(text) : string.Join(',', parts.Select(One));

        string One(string name) => offered.FirstOrDefault(known => Folded(known) == Folded(name))
            ?? offered.FirstOrDefault(known => OfNames.GetValueOrDefault(known, []).Any(other => Folded(other) == Folded(name)))
            ?? name;
    }

    /// <summary>A name without what spellings differ in.</summary>
    internal static string Folded(string name)
    {
        string plain = string.Concat(name.Where(c => c is not ('-' or '_' or ' '))).ToLowerInvariant();
        return spellings.Aggregate(plain, (text, pair) => text.Replace(pair.British, pair.American, StringComparison.Ordinal));
    }

    private static string[] Offered(Symbol symbol) => [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];

    private static string Underscored(string flag) =>
        flag.StartsWith("--", StringComparison.Ordinal) ? "--" + flag[2..].Replace('-', '_') : flag;
}
