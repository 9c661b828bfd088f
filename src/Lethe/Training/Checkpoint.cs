using System.Text.Json;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>
/// A checkpoint file: the method's tensors under their own names (the backbone's carry torchvision's after
/// <c>backbone.</c>), the optimiser's under <c>optimiser/</c>, the generator of torch, and the
/// <see cref="TrainingState"/>. Written whole or not at all.
/// </summary>
internal static class Checkpoint
{
    private const string OptimiserPrefix = "optimiser/";
    private const string InnerPrefix = "inner-optimiser/";
    private const string GeneratorName = "generator/torch";
    private const string StateKey = "lethe.state";
    private const string MethodKey = "lethe.method";

    // Says that the optimiser's state is there, of which there may be no tensor, as of sgd without momentum.
    private const string ResumableKey = "lethe.resumable";

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="method">The method.</param>
    /// <param name="optimiser">The optimiser, or null where training is over for good.</param>
    /// <param name="state">Where training stands.</param>
    /// <exception cref="RunException">The file cannot be written; an older one is as it was.</exception>
    /// <exception cref="TrainingException">A number is not finite: training has diverged. An older file is as it was.</exception>
    /// <param name="inner">A second optimiser, or null where there is none.</param>
    /// <param name="before">Where what the file was before is kept; null for nowhere.</param>
    public static void Save(
        string path, SslMethod method, Optimiser? optimiser, TrainingState state, Optimiser? inner = null, string? before = null)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = method.state_dict();
        foreach ((string prefix, Optimiser? one) in new[] { (OptimiserPrefix, optimiser), (InnerPrefix, inner) })
        {
            foreach ((string name, Tensor value) in one?.State ?? new Dictionary<string, Tensor>())
                tensors[prefix + name] = value;
        }

        tensors[GeneratorName] = get_rng_state();
        var written = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.detach().cpu());
        LossCheck.RequireFinite(written, state);
        var metadata = new Dictionary<string, string>
        {
            [MethodKey] = method.GetName(),
            [StateKey] = JsonSerializer.Serialize(state),
        };
        if (optimiser is not null)
            metadata[ResumableKey] = "true";
        if (before is null)
            AtomicFile.Write(path, stream => Safetensors.Write(stream, written, metadata));
        else
            AtomicFile.WriteKeeping(path, before, stream => Safetensors.Write(stream, written, metadata));
    }

    /// <summary>Puts a checkpoint's tensors into a method and an optimiser made with the same options.</summary>
    /// <param name="path">The file.</param>
    /// <param name="method">The method.</param>
    /// <param name="optimiser">The optimiser; null takes the weights only.</param>
    /// <param name="inner">A second optimiser; null where there is none, or takes the weights only.</param>
    /// <returns>Where training stands.</returns>
    /// <exception cref="RunException">The file is missing, truncated, altered, or of another network or method.</exception>
    public static TrainingState Load(string path, SslMethod method, Optimiser? optimiser = null, Optimiser? inner = null)
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using SafetensorsFile file = Safetensors.Read(path);

        // Everything is checked before any weight is changed.
        TrainingState state = ReadState(path, file, method.GetName());
        method.Backbone.PlaceWhitening(file.Tensors.ContainsKey("backbone." + ResNet.WhiteningTensors[0]));
        Dictionary<string, Tensor> targets = method.state_dict();
        RequireSameNetwork(path, file, targets);
        if (optimiser is not null)
        {
            RequireResumable(path, file, optimiser, state);
            LoadState(OptimiserPrefix, optimiser);
            if (inner is not null)
                LoadState(InnerPrefix, inner);

            // A wrong length would end the process instead of throwing.
            using Tensor current = get_rng_state();
            if (
                file.Tensors.TryGetValue(GeneratorName, out Tensor? generator) && generator.shape.SequenceEqual(current.shape)
                    && generator.dtype == current.dtype)
                set_rng_state(generator);
        }

        foreach ((string key, Tensor target) in targets)
        {
            target.copy_(file.Tensors[key]);
        }

        return state;

        void LoadState(string prefix, Optimiser one)
        {
            Device device = one.Parameters[0].Value.device;
            one.LoadState(file.Tensors
                .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value.to(device)));
        }
    }

    /// <summary>Reads where training stands, and none of the tensors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The state; null where the file does not say it, or is none.</returns>
    public static TrainingState? Peek(string path)
    {
        try
        {
            return Safetensors.ReadMetadata(path).TryGetValue(StateKey, out string? json)
                ? JsonSerializer.Deserialize<TrainingState>(json)
                : null;
        }
        catch (Exception error) when (error is RunException or JsonException)
        {
            return null; // told in full by whoever loads it
        }
    }

    private static TrainingState ReadState(string path, SafetensorsFile file, string method)
    {
        if (!file.Metadata.TryGetValue(StateKey, out string? json) || !file.Metadata.TryGetValue(MethodKey, out string? name))
            throw new RunException($"{path} is a safetensors file but no checkpoint of Lethe: its metadata lack '{StateKey}'. Give a run "
                + "directory that 'lethe pretrain' made.");
        if (!file.IsVerified)
            throw new RunException($"{path} lacks the checksum that it was written with, so it has been altered. Use another "
                + "checkpoint, or start a new run.");
        if (name != method)
            throw new RunException(
                $"{path} was written by method '{name}', but '{method}' was asked for. Leave --method out, or start a new run.");
        try
        {
            if (JsonSerializer.Deserialize<TrainingState>(json) is { } state)
                return state;
        }
        catch (JsonException)
        {
            // Reported below, like a state that is null.
        }

        throw new RunException(
            $"{path}: the metadata entry '{StateKey}' does not say where training stands. Use another checkpoint, or start a new run.");
    }

    // Going on without the optimiser's state would give other bits in silence. Files of earlier versions do not say whether they have it.
    private static void RequireResumable(string path, SafetensorsFile file, Optimiser optimiser, TrainingState state)
    {
        bool has = file.Metadata.ContainsKey(ResumableKey)
            || file.Tensors.Keys.Any(key => key.StartsWith(OptimiserPrefix, StringComparison.Ordinal));
        if (!has && state.Step > 0 && optimiser.HasState)
        {
            throw new RunException(
                $"{path} holds weights alone: training cannot go on from it without its optimiser's state. Restore the file that was "
                + "there, or begin a new run with these weights by --init.");
        }
    }

    private static void RequireSameNetwork(string path, SafetensorsFile file, Dictionary<string, Tensor> targets)
    {
        const string Advice = "It belongs to another network: use the options it was written with.";
        foreach ((string key, Tensor target) in targets)
        {
            if (!file.Tensors.TryGetValue(key, out Tensor? source) || !source.shape.SequenceEqual(target.shape))
            {
                string found = source is null ? "no such tensor" : $"[{string.Join(", ", source.shape)}]";
                throw new RunException($"{path}: expected '{key}' of shape [{string.Join(", ", target.shape)}], found {found}. {Advice}");
            }
        }

        // A deeper network has every tensor of a shallower one.
        string? more = file.Tensors.Keys.FirstOrDefault(
            key => !targets.ContainsKey(key) && key != GeneratorName && !key.StartsWith(OptimiserPrefix, StringComparison.Ordinal)
                && !key.StartsWith(InnerPrefix, StringComparison.Ordinal));
        if (more is not null)
            throw new RunException($"{path}: found '{more}', which this network does not have. {Advice}");
    }
}
