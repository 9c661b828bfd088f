using System.Globalization;
using System.Reflection;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;

namespace Lethe.Reproduction;

/// <summary>The command lines by which anybody repeats a run with the verbs of every day.</summary>
internal static class RunCommands
{
    /// <summary>The pre-training, its undos and its protocols.</summary>
    /// <param name="run">The run.</param>
    /// <param name="root">The folder of the page.</param>
    public static IEnumerable<string> Of(PlannedRun run, string root)
    {
        string path = ShellWord.Quote(run.Folder(root));
        yield return Pretrain(run.Options, run.Folder(root));
        foreach (UmmOptions undo in run.Undos)
            yield return Undo(undo, run.Options.Seed, run.Folder(root));
        foreach (ProtocolNeed need in run.Protocols)
        {
            yield return $"lethe evaluate {path} --protocol {need.Name} --stages before,control,umm{(need.Quick ? " --quick" : "")}"
                + (need.Target is { } target ? $" --target {ShellWord.Quote(target)}" : "")
                + (need.TargetRoot is { } targets ? $" --target-root {ShellWord.Quote(targets)}" : "");
        }
    }

    /// <summary>The pre-training.</summary>
    public static string Pretrain(RunOptions options, string path)
    {
        (object Record, object Default)[] records = [.. Records(options).Zip(Records(Usual(options)))];
        IEnumerable<string> flags = records.SelectMany(one => Flags(one.Record, one.Default));
        return string.Join(' ', ["lethe pretrain", .. flags, $"--out {ShellWord.Quote(path)}"]);
    }

    /// <summary>An undo.</summary>
    public static string Undo(UmmOptions undo, ulong seed, string path) =>
        string.Join(' ', [$"lethe undo {ShellWord.Quote(path)}", .. Flags(undo.Own(), new UmmOptions()), Invariant($"--seed {seed}")]);

    /// <summary>Options with the flags that set them, and their values as a command line has them; what is left open has none.</summary>
    public static IEnumerable<(string Flag, string Value)> Values(object record) =>
        from property in record.GetType().GetProperties()
        where property.CanWrite && Fits(property)
        let value = property.GetValue(record)
        where value is not null
        select (OptionName.Flag(property), Text(value));

    /// <summary>The records of a run's options, which hold its flags.</summary>
    public static object[] Records(RunOptions options) =>
    [
        options.Data, options, options.Views, options.Backbone, options.Weights, options.MethodOptions, options.Training,
        options.Evaluation, options.Monitor, options.Interleaving,
    ];

    private static RunOptions Usual(RunOptions options) =>
        new() { MethodOptions = MethodRegistry.Find(options.Method).DefaultOptions };

    private static IEnumerable<string> Flags(object record, object usual)
    {
        Dictionary<string, string> known = Values(usual).ToDictionary();
        return from one in Values(record)
               where known.GetValueOrDefault(one.Flag) != one.Value
               select $"{one.Flag} {ShellWord.Quote(one.Value)}";
    }

    private static bool Fits(PropertyInfo property) =>
        (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is var type
            && (type.IsPrimitive || type == typeof(string)) && property.GetMethod is { IsStatic: false };

    private static string Text(object value) =>
        value is bool truth ? truth ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
