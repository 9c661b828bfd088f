using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Watching;

namespace Lethe.Cli;

/// <summary><c>lethe watch</c>: a page of this machine that shows runs as they go.</summary>
internal static class WatchCommand
{
    private const string Usual = "runs";

    public static Command Create(Terminal terminal)
    {
        Argument<string?> folder = Folder();
        var command = new Command(
            "watch",
            "Show runs on a local web page, as they train or afterwards: curves, layers, views, speed, time left, warnings, log; many "
                + "runs side by side. Reads files and writes nothing. Ctrl-C ends it.") { folder };
        var table = new OptionTable(command, new WatchOptions());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            var options = table.Read(parsed).Apply(new WatchOptions());
            options.Validate();
            WatchedFolder watched = Open(parsed.GetValue(folder));
            using WatchServer server = WatchServer.Start(watched, options.Port ?? 0);
            int runs = watched.Runs.Count;
            terminal.Say(watched.IsRun ? $"Watching {watched.Path}."
                : runs > 0 ? $"Watching {runs} run{(runs == 1 ? "" : "s")} below {watched.Path}, and those that begin."
                : $"There is no run below {watched.Path} yet; those that begin are shown.");
            terminal.Say(
                $"Open {server.Address} on this machine. Whoever has the address can look; nothing can be changed there. Ctrl-C ends it.");
            server.ServeAsync(cancellation).GetAwaiter().GetResult();
            return new JsonObject { ["address"] = $"{server.Address}", ["folder"] = watched.Path, ["runs"] = watched.Runs.Count };
        }, needsTorch: false);
    }

    /// <summary>The argument of verbs that look at runs.</summary>
    public static Argument<string?> Folder() => new("DIR")
    {
        Description = "A run, or a folder with runs below it. [runs, or this folder if there is no runs]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The folder that was named, or the usual one.</summary>
    /// <exception cref="Runtime.RunException">There is no such folder.</exception>
    public static WatchedFolder Open(string? folder) => new(folder ?? (Directory.Exists(Usual) ? Usual : "."));
}
