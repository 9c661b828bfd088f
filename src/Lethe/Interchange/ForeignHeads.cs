using Lethe.Methods;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Interchange;

/// <summary>
/// Fills a method's heads from what else an encoder's file holds: by its own names, as Lethe's checkpoints have them, or by the names of
/// other trainers. A part is filled whole or not at all.
/// </summary>
internal static class ForeignHeads
{
    private const string Prototypes = "prototypes";

    // The first that is found counts. Written by lightly, solo-learn, MoCo, SimSiam, Barlow Twins, VICReg, SwAV, mmselfsup and BYOL's
    // ports.
    private static readonly Dictionary<string, string[]> names = new(StringComparer.Ordinal)
    {
        ["projector"] =
        [
            "projector", "projection_head", "projection_mlp", "projection", "proj_head", "proj", "projetion", "neck", "mlp", "fc", "head",
        ],
        ["predictor"] = ["predictor", "prediction_head", "prediction_mlp", "prediction", "pred_head", "pred"],
    };

    /// <summary>Fills what can be filled, and brings momentum encoders in line with what they follow.</summary>
    /// <param name="method">The method, made with <see cref="ForeignEncoder.CreateNetwork"/>'s network.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="load">Whether heads are wanted; otherwise only momentum encoders are brought in line.</param>
    /// <returns>What was filled from where, and what was not and why.</returns>
    public static HeadFindings Fill(SslMethod method, ForeignEncoder encoder, bool load = true)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        var findings = new List<HeadFinding>();
        foreach (IGrouping<string, KeyValuePair<string, Tensor>> part in method.state_dict()
            .Where(pair => !pair.Key.StartsWith("backbone.", StringComparison.Ordinal))
            .GroupBy(pair => pair.Key.Split('.')[0], StringComparer.Ordinal))
        {
            if (method.named_children().FirstOrDefault(child => child.name == part.Key).module is MomentumEncoder momentum)
            {
                findings.Add((load ? FillByName(part, encoder) : null) ?? Follow(method, momentum, part.Key));
                continue;
            }

            findings.Add(load
                ? FillByName(part, encoder) ?? FillByRole(part, encoder)
                : new HeadFinding(part.Key, null, "as asked for"));
        }

        return new HeadFindings(findings);
    }

    // Exact names, and no tensor more under them: another layer would change what the rest means.
    private static HeadFinding? FillByName(IGrouping<string, KeyValuePair<string, Tensor>> part, ForeignEncoder encoder)
    {
        static bool Counts(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
        KeyValuePair<string, Tensor>[] needed = [.. part.Where(pair => !Counts(pair.Key))];
        HashSet<string> own = [.. part.Select(pair => pair.Key)];
        bool fits = needed.All(pair => encoder.Rest.TryGetValue(pair.Key, out Tensor? value) && value.shape.SequenceEqual(pair.Value.shape))
            && encoder.Rest.Keys.All(name => own.Contains(name) || Counts(name)
                || !name.StartsWith(part.Key + ".", StringComparison.Ordinal));
        if (!fits)
            return null;
        foreach ((string name, Tensor target) in part)
        {
            if (encoder.Rest.TryGetValue(name, out Tensor? value))
                target.copy_(value);
        }

        return new HeadFinding(part.Key, part.Key, "by its own names");
    }

    private static HeadFinding Follow(SslMethod method, MomentumEncoder momentum, string name)
    {
        var projector = (Module<Tensor, Tensor>)method.named_children().First(child => child.name == "projector").module;
        momentum.Match(method.Backbone, projector);
        return new HeadFinding(name, "the encoder", "the momentum encoder begins as the encoder with its projector is");
    }

    private static HeadFinding FillByRole(IGrouping<string, KeyValuePair<string, Tensor>> part, ForeignEncoder encoder)
    {
        if (part.Key == Prototypes)
            return FillPrototypes(part.First().Value, encoder);
        if (!names.TryGetValue(part.Key, out string[]? words))
            return new HeadFinding(part.Key, null, "the file has none of this name and shape");
        IReadOnlyList<HeadLayer> own = HeadLayer.Chain(part, part.Key);
        var tried = new List<string>();
        foreach (string prefix in Prefixes(encoder, words))
        {
            IReadOnlyList<HeadLayer> found = HeadLayer.Chain(encoder.Rest, prefix);
            (IReadOnlyList<(Tensor Target, Tensor Value)> values, string? why) = HeadFit.Match(own, found, OutputNorm(encoder, prefix));
            if (why is null)
            {
                foreach ((Tensor target, Tensor value) in values)
                    target.copy_(value);
                return new HeadFinding(part.Key, prefix, $"{HeadLayer.Words(own)}, as in the file");
            }

            tried.Add($"'{prefix}': {why}{Advice(part.Key, own, found)}");
        }

        return new HeadFinding(part.Key, null, tried.Count > 0
            ? string.Join("; ", tried)
            : $"the file has no tensors that are called {string.Join(", ", words)}");
    }

    private static HeadFinding FillPrototypes(Tensor target, ForeignEncoder encoder)
    {
        KeyValuePair<string, Tensor>[] found =
        [
            .. encoder.Rest.Where(pair => pair.Value.dim() == 2 && pair.Key.Split('.').Any(
                word => word.StartsWith(Prototypes, StringComparison.Ordinal))),
        ];
        KeyValuePair<string, Tensor> fitting = found.FirstOrDefault(pair => pair.Value.shape.SequenceEqual(target.shape));
        if (fitting.Value is null)
        {
            return new HeadFinding(Prototypes, null, found.Length == 0
                ? "the file has none"
                : $"found [{string.Join(", ", found[0].Value.shape)}] in '{found[0].Key}', expected [{string.Join(", ", target.shape)}]: "
                    + "set "
                    + $"--prototypes {found[0].Value.shape[0]} --projector-output {found[0].Value.shape[1]}");
        }

        target.copy_(fitting.Value);
        return new HeadFinding(Prototypes, fitting.Key, "as in the file");
    }

    // Barlow Twins keeps the batch-norm of the output beside the projector.
    private static HeadLayer? OutputNorm(ForeignEncoder encoder, string prefix)
    {
        string beside = prefix[..(prefix.LastIndexOf('.') + 1)] + "bn";
        return HeadLayer.Chain(encoder.Rest, beside) is [{ IsLinear: false } norm] ? norm : null;
    }

    // Of a momentum encoder's heads those are taken whose encoder is the one that was taken.
    private static IEnumerable<string> Prefixes(ForeignEncoder encoder, string[] words)
    {
        var found = new List<(int Rank, string Prefix)>();
        bool follows = EncoderChoice.Follows(encoder.Prefix);
        foreach (string name in encoder.Rest.Keys)
        {
            string[] parts = name.Split('.');
            int place = Array.FindIndex(parts, part => words.Contains(part));
            if (place < 0 || place == parts.Length - 1 || EncoderChoice.Follows(name) != follows)
                continue;
            found.Add((Array.IndexOf(words, parts[place]), string.Join('.', parts[..(place + 1)])));
        }

        return found.Distinct().OrderBy(pair => pair.Rank).Select(pair => pair.Prefix);
    }

    // Which options would make the method's head the file's, where they differ by sizes alone.
    private static string Advice(string module, IReadOnlyList<HeadLayer> own, IReadOnlyList<HeadLayer> found)
    {
        HeadLayer[] linear = [.. found.Where(layer => layer.IsLinear)], mine = [.. own.Where(layer => layer.IsLinear)];
        if (linear.Length != mine.Length || linear.Length == 0 || linear[0].Weight!.shape[1] != mine[0].Weight!.shape[1])
            return "";
        return linear.Zip(mine).All(pair => pair.First.Weight!.shape.SequenceEqual(pair.Second.Weight!.shape)) ? ""
            : module == "predictor" ? $"; set --predictor-hidden {linear[0].Weight!.shape[0]}"
            : $"; set --projector-hidden {linear[0].Weight!.shape[0]} --projector-output {linear[^1].Weight!.shape[0]}";
    }
}
