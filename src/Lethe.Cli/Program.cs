using System.CommandLine;
using Lethe.Cli;
using Lethe.Runtime;

TorchRuntime.Prepare();
return await Application.RunAsync(args, new Terminal(Console.Out, Console.Error, !Console.IsErrorRedirected));
