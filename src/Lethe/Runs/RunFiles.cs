using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lethe.Diagnostics;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Runs;

/// <summary>The text of the files of a run directory.</summary>
internal static class RunFiles
{
    private const string Records = "records";

    // Of a pre-training the section holds its options, of an undo and a control these three.
    private const string Options = "options", Umm = "umm", Seed = "seed", Pretraining = "pretraining";

    // Options that are not set are written as null, so that a run says of every option what it was.
    private static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        // A name that is not known is one that was altered: its option would silently have its default.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        // The files are read by people: + and ' stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    internal static readonly JsonSerializerOptions Compact = new(options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new RunOptionsConverter(options) },
    };

    private static readonly JsonSerializerOptions indented = new(Compact) { WriteIndented = true };

    private static readonly JsonDocumentOptions strict = new() { AllowDuplicateProperties = false };

    /// <summary>What a property is called there.</summary>
    public static string Name(string property) => options.PropertyNamingPolicy!.ConvertName(property);

    /// <summary>A record as <c>run.json</c> has it, for what shows every option whatever it is.</summary>
    public static JsonObject ToJson<T>(T record) => JsonSerializer.SerializeToNode(record, Compact)!.AsObject();

    public static void WriteManifest(Stream stream, RunManifest manifest)
    {
        JsonObject document = ToJson(manifest);
        int place = document.IndexOf(Pretraining);
        document.Remove(Pretraining, out JsonNode? asked);
        if (document.Remove(Umm, out JsonNode? umm))
            asked = new JsonObject { [Umm] = umm, [Seed] = manifest.Seed, [Pretraining] = asked };
        document.Insert(place, Options, asked);
        WriteDocument(stream, document);
    }

    public static void WritePulse(Stream stream, RunPulse pulse) => JsonSerializer.Serialize(stream, pulse, Compact);

    /// <summary>The pulse of a run; null where there is none that can be read: it is a sign of life and no more.</summary>
    public static RunPulse? ReadPulse(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<RunPulse>(Bytes(path), Compact) : null;
        }
        catch (Exception error) when (error is JsonException or RunException)
        {
            return null;
        }
    }

    public static void WriteEvaluation(Stream stream, IReadOnlyList<EvaluationRecord> records) =>
        WriteDocument(stream, new JsonObject { [Records] = JsonSerializer.SerializeToNode(records, Compact) });

    public static RunManifest ReadManifest(string path)
    {
        try
        {
            byte[] bytes = Bytes(path);
            JsonNode? document = JsonNode.Parse(bytes, documentOptions: strict);
            // The version is looked at first: the rest of another version's document means nothing here.
            int? format = document is JsonObject fields ? (int?)fields["formatVersion"] : null;
            if (format is null)
            {
                throw new RunException(
                    $"{path} has no formatVersion, so it is not the file of a run. "
                    + "Give the directory that 'lethe pretrain' or 'lethe run' made.");
            }

            if (format != RunManifest.CurrentFormat)
            {
                throw new RunException(
                    $"{path} has format {format}; this version of lethe reads format {RunManifest.CurrentFormat}. "
                    + $"Use lethe {document!["toolVersion"]?.ToString() ?? "in the version"} that made the run, "
                    + "or start a new run with another --out.");
            }

            JsonSeal.Open(path, bytes, document!.AsObject());
            RunManifest manifest = Divided(document!.AsObject());
            if ((manifest.Kind == RunKind.Pretrain) != (manifest.Umm is null))
                throw new JsonException($"options that are not those of its kind, {manifest.Kind}.");
            manifest.RequireWhole();
            return manifest;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new RunException(
                $"{path} is damaged: expected the JSON of a run, found: {error.Message} "
                + "Restore the file, or start a new run with another --out.",
                error);
        }
    }

    public static IReadOnlyList<EvaluationRecord> ReadEvaluation(string path)
    {
        try
        {
            // Earlier versions wrote the list alone.
            byte[] bytes = Bytes(path);
            JsonNode? document = JsonNode.Parse(bytes, documentOptions: strict);
            if (document is JsonObject whole)
                JsonSeal.Open(path, bytes, whole);
            JsonArray records = ((document as JsonObject)?[Records] ?? document)?.AsArray() ?? [];
            if (records.Contains(null) || document is JsonObject { Count: not 1 })
                throw new JsonException("an entry that is no record.");
            foreach (JsonObject earlier in records.OfType<JsonObject>().Where(record => !record.ContainsKey(EarlierFormats.Measured)))
                EarlierFormats.BringUpRecord(earlier);
            return records.Deserialize<List<EvaluationRecord>>(Compact)!;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new RunException(
                $"{path} is damaged: expected a JSON list of evaluation records, found: {error.Message} "
                + "Restore it; or delete it and run 'lethe evaluate' again.",
                error);
        }
    }

    /// <summary>Whether a file of lines has one that ends there; the start of a file is such a place, whether it exists or not.</summary>
    public static bool EndsLine(string path, long position) => position == 0 || Reading(path, () =>
    {
        using FileStream file = File.OpenRead(path);
        file.Seek(position - 1, SeekOrigin.Begin);
        return file.ReadByte() == '\n';
    });

    /// <summary>One line for each measurement; numbers in the shortest form that reads back to the same bits.</summary>
    public static IReadOnlyList<string> MetricsLines(IEnumerable<Measurement> measurements)
    {
        var lines = new List<string>();
        foreach (Measurement measurement in measurements)
        {
            if (!double.IsFinite(measurement.Value))
            {
                throw new ArgumentException(
                    Invariant($"{measurement.Name} of {measurement.Layer} at epoch {measurement.Epoch} is {measurement.Value}; ")
                        + "only finite numbers are kept.",
                    nameof(measurements));
            }

            lines.Add(JsonSerializer.Serialize(measurement, Compact));
        }

        return lines;
    }

    /// <summary>Requires that a file of lines begins with what was written once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seal">How it was.</param>
    /// <returns>What it holds; nothing where it is missing.</returns>
    /// <exception cref="RunException">It begins otherwise.</exception>
    public static byte[] RequireSealed(string path, FileSeal? seal)
    {
        byte[] bytes = File.Exists(path) ? Bytes(path) : [];
        if (seal is null)
            return bytes;
        int length = (int)Math.Min(seal.Length, bytes.Length);
        bool whole = length == seal.Length && (length == 0 || bytes[length - 1] == '\n')
            && (seal.Checksum is null || JsonSeal.Of(bytes.AsSpan(0, length)) == seal.Checksum);
        if (!whole)
        {
            string found = length < seal.Length ? $"it has {bytes.Length}" : "they are others now";
            throw new RunException(
                $"{path} was altered or lost its end: {seal.Length} bytes were written, and {found}. Restore it from a copy, or start a "
                + "new run.");
        }

        return bytes;
    }

    public static MetricsLog ReadMetrics(string path, FileSeal? seal = null)
    {
        byte[] bytes = RequireSealed(path, seal);
        var measurements = new List<Measurement>();
        int number = 0;
        for (int start = 0; start < bytes.Length;)
        {
            number++;
            int length = Array.IndexOf(bytes, (byte)'\n', start) - start;
            bool complete = length >= 0;
            ReadOnlySpan<byte> line = complete ? bytes.AsSpan(start, length) : bytes.AsSpan(start);
            try
            {
                measurements.Add(JsonSerializer.Deserialize<Measurement>(line, Compact) ?? throw new JsonException("null."));
            }
            catch (JsonException error)
            {
                // Only the last line can lack its end: writing it was cut off, and what stands before it is whole.
                if (!complete) return new MetricsLog(measurements, Encoding.UTF8.GetString(line));
                throw new RunException(
                    $"{path}, line {number}: expected {{\"epoch\":…,\"layer\":…,\"name\":…,\"value\":…}}, "
                    + $"found '{Shorten(Encoding.UTF8.GetString(line))}'. Remove or repair the line, or start a new run.",
                    error);
            }

            start += line.Length + 1;
        }

        return new MetricsLog(measurements, null);
    }

    // What WriteManifest put together.
    private static RunManifest Divided(JsonObject document)
    {
        document.Remove(Options, out JsonNode? asked);
        if (asked is JsonObject undo && undo.Remove(Umm, out JsonNode? umm))
        {
            document[Umm] = umm;
            undo.Remove(Pretraining, out asked);
        }

        document[Pretraining] = asked;
        EarlierFormats.BringUp(asked?["data"] as JsonObject);
        EarlierFormats.BringUpSign(asked as JsonObject);
        return document.Deserialize<RunManifest>(Compact)!;
    }

    // Shared with whoever writes or replaces the file: to look at a run may not stop it.
    internal static byte[] Bytes(string path) => Reading(path, () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    });

    private static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"Cannot read {path}: {error.Message} Give a run directory that can be read.", error);
        }
    }

    private static string Shorten(string line) => line.Length <= 80 ? line : line[..79] + "…";

    private static void WriteDocument(Stream stream, JsonObject document)
    {
        JsonSeal.Prepare(document);
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(document, indented), (byte)'\n'];
        JsonSeal.Close(bytes);
        stream.Write(bytes);
    }
}
