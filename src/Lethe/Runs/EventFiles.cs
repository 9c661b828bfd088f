using System.Buffers.Binary;
using Google.Protobuf;
using Lethe.Diagnostics;
using Lethe.Storage;
using Tensorboard;

namespace Lethe.Runs;

/// <summary>
/// TensorBoard's event files of a run: one point for each measurement, in the same order. A run that goes on from a checkpoint cuts them
/// back as it does <c>metrics.jsonl</c>, so that no point is there twice.
/// </summary>
/// <remarks>
/// A file is a sequence of records: length (8 bytes), its checksum (4), an event, its checksum (4). The first event names the format.
/// </remarks>
internal static class EventFiles
{
    private const int Before = 12, After = 4;

    /// <summary>What a measurement is called there.</summary>
    public static string Tag(Measurement measurement) => $"{measurement.Layer}/{measurement.Name}";

    /// <summary>Keeps the points that belong to the first measurements, and cuts off what comes after.</summary>
    /// <param name="folder">Where the files lie; there may be none.</param>
    /// <param name="measurements">What the run has measured.</param>
    /// <returns>How many of the measurements have their point; those after them have none.</returns>
    /// <exception cref="Runtime.RunException">A file cannot be written.</exception>
    public static int CutBack(string folder, IReadOnlyList<Measurement> measurements)
    {
        int kept = 0;
        bool matches = true;
        foreach (string file in Files(folder))
        {
            if (!matches)
            {
                Disk.Delete(file);
                continue;
            }

            byte[] bytes = File.ReadAllBytes(file);
            long end = 0;
            foreach ((long start, long next, Event one) in Events(bytes))
            {
                if (one.WhatCase == Event.WhatOneofCase.Summary && !(matches = kept < measurements.Count && IsOf(one, measurements[kept])))
                    break;
                kept += one.WhatCase == Event.WhatOneofCase.Summary ? 1 : 0;
                end = next;
            }

            if (end == 0)
                Disk.Delete(file);
            else if (end < bytes.Length)
                AtomicFile.Truncate(file, end);
        }

        return kept;
    }

    /// <summary>The points of all files: tag, step and value, in order.</summary>
    /// <param name="folder">Where the files lie.</param>
    public static IReadOnlyList<(string Tag, long Step, float Value)> Points(string folder) =>
    [
        .. from file in Files(folder)
           from one in Events(File.ReadAllBytes(file))
           where one.Event.WhatCase == Event.WhatOneofCase.Summary
           from value in one.Event.Summary.Value
           select (value.Tag, one.Event.Step, value.SimpleValue),
    ];

    // Their names begin with the time at which they were begun.
    private static string[] Files(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.tfevents.*").Order(StringComparer.Ordinal)] : [];

    private static bool IsOf(Event one, Measurement measurement) => one.Step == measurement.Epoch
        && one.Summary.Value is [var value] && value.Tag == Tag(measurement) && value.SimpleValue.Equals((float)measurement.Value);

    // Up to the first record that is not whole, as where the process was killed while it wrote one.
    private static IEnumerable<(long Start, long Next, Event Event)> Events(byte[] bytes)
    {
        for (long at = 0; at + Before <= bytes.Length;)
        {
            long length = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan((int)at));
            if (length < 0 || length > bytes.Length - at - Before - After || Read(bytes, (int)at + Before, (int)length) is not { } one)
                yield break;
            long next = at + Before + length + After;
            yield return (at, next, one);
            at = next;
        }
    }

    private static Event? Read(byte[] bytes, int start, int length)
    {
        try
        {
            return Event.Parser.ParseFrom(bytes, start, length);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
