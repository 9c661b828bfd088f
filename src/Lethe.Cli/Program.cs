using Lethe.Cli;

using var signals = new Signals();
return await Application.RunAsync(
    args, new Terminal(Console.Out, Console.Error, !Console.IsErrorRedirected) { StopCode = () => signals.ExitCode }, signals.Stop);
