using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Lethe.Runtime;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe.Tests.Runtime;

/// <summary>
/// What the library does to a process, and what it leaves alone until it is asked. Each piece runs in a process of its own.
/// </summary>
public sealed unsafe class UntouchedProcessTests : IDisposable
{
    private readonly TemporaryFolder home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public void Library_LoadedAndItsTypesTouched_LeavesTheProcessAsItWas()
    {
        (string[] lines, string printed) = ChildProcess.Run(TouchAllTypes, home.Path);
        Assert.Equal("", printed);
        Assert.Empty(lines[1..]);
        Assert.InRange(int.Parse(lines[0]), 100, int.MaxValue);
        Assert.Empty(Directory.GetFileSystemEntries(home.Path));
    }

    [Fact]
    public void Machine_WithoutPrepare_WorksOrSaysWhatToCall()
    {
        (string[] lines, string printed) = ChildProcess.Run(UseTheMachine, home.Path);
        Assert.Equal("", printed);
        Assert.Equal(lines[0] == "loads" ? "loads" : "DataException", lines[0]);
        Assert.True(lines[0] == "loads" || lines[1].Contains("TorchRuntime.Prepare()", StringComparison.Ordinal), lines[^1]);
        Assert.Empty(Directory.GetFileSystemEntries(home.Path));
    }

    [Fact]
    public void Prepare_WithOptions_DoesWhatTheySayAndNoMore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere there is nothing to do.");
        (string[] lines, string printed) = ChildProcess.Run(PrepareWithOptions, home.Path);
        Assert.Equal("", printed);
        Assert.Equal(["6", "no GOMP_SPINCOUNT"], lines[..2]);

        // A copy is made, in the folder given, and said once, where this system needs one.
        string[] copies = Directory.GetFiles(home.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(copies, copies.Where(copy => copy.StartsWith(home["given"], StringComparison.Ordinal)));
        Assert.Equal(copies.Length, lines[2..].Length);
        Assert.All(copies, copy => Assert.EndsWith(copy, lines[2]));
    }

    private static IEnumerable<string> TouchAllTypes()
    {
        string[] environment = Variables(), handlers = Handlers();
        Assembly library = Assembly.Load("Lethe");
        RuntimeHelpers.RunModuleConstructor(library.ManifestModule.ModuleHandle);
        int touched = 0;
        foreach (Type type in library.GetTypes().Where(type => !type.ContainsGenericParameters))
        {
            try
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
                touched++;
            }
            catch (TypeInitializationException error) when (error.ToString().Contains("native", StringComparison.OrdinalIgnoreCase))
            {
                // It holds a tensor, and torch does not load by itself on this system.
            }
        }

        return [$"{touched}", .. Variables().Except(environment), .. environment.Except(Variables()), .. Handlers().Except(handlers)];
    }

    private static IEnumerable<string> UseTheMachine()
    {
        try
        {
            new Machine { Threads = 1 }.Prepare();
            return ["loads"];
        }
        catch (Exception error)
        {
            return [error.GetType().Name, error.Message];
        }
    }

    private static IEnumerable<string> PrepareWithOptions()
    {
        var notices = new List<string>();
        var options = new TorchRuntimeOptions
        {
            CacheFolder = Path.Combine(Environment.GetEnvironmentVariable("HOME")!, "given"),
            Notice = notices.Add,
            ShortenWaiting = false,
            KeepFreedMemory = false,
        };
        TorchRuntime.Prepare(options);
        TorchRuntime.Prepare(options);
        using Tensor sum = ones(2, 3).sum();
        string? waiting = Variables().FirstOrDefault(line => line.StartsWith("GOMP_SPINCOUNT", StringComparison.Ordinal));
        return [$"{sum.item<float>()}", waiting ?? "no GOMP_SPINCOUNT", .. notices];
    }

    // Both environments: .NET's own, and the C library's, of which that is a copy.
    private static string[] Variables()
    {
        List<string> variables =
            [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"managed {entry.Key}={entry.Value}")];
        if (OperatingSystem.IsLinux())
        {
            byte** native = *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
            for (; *native is not null; native++)
                variables.Add(Marshal.PtrToStringUTF8((nint)(*native))!);
        }

        return [.. variables];
    }

    // All that is subscribed to the process' and the load context's events.
    private static string[] Handlers()
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
        object[] owners = [AssemblyLoadContext.Default, AppDomain.CurrentDomain];
        FieldInfo[] fields =
        [
            .. owners.SelectMany(owner => owner.GetType().GetFields(Any).Concat(owner.GetType().BaseType!.GetFields(Any))),
            .. typeof(AppContext).GetFields(Any),
        ];
        return
        [
            .. from field in fields
               where typeof(Delegate).IsAssignableFrom(field.FieldType)
               let owner = owners.FirstOrDefault(owner => field.DeclaringType!.IsInstanceOfType(owner))
               where field.IsStatic || owner is not null
               from handler in ((Delegate?)field.GetValue(field.IsStatic ? null : owner))?.GetInvocationList() ?? []
               select $"{field.DeclaringType!.Name}.{field.Name}: {handler.Method.DeclaringType}.{handler.Method.Name}",
        ];
    }
}
