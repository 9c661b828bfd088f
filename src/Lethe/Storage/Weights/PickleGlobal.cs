namespace Lethe.Storage.Weights;

/// <summary>The name of a class or function in a pickle. Nothing is looked up by it.</summary>
/// <param name="Module">Its module, as <c>collections</c>.</param>
/// <param name="Name">Its name within, as <c>OrderedDict</c>.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    // Modules whose functions reach beyond the interpreter: none belongs in a file of weights.
    private static readonly HashSet<string> reaching =
    [
        "posix", "nt", "os", "os.path", "sys", "subprocess", "commands", "popen2", "pty", "socket", "shutil", "runpy", "importlib",
        "importlib._bootstrap", "ctypes", "webbrowser", "code", "codeop", "pickle", "_pickle", "cPickle", "marshal", "types", "timeit",
        "operator", "_operator", "multiprocessing", "asyncio", "signal", "http.client", "urllib", "urllib.request", "ftplib",
        "smtplib", "telnetlib", "tempfile", "pathlib", "glob", "fileinput", "pip", "platform", "bdb", "pdb", "cProfile", "profile",
        "torch.hub", "torch.utils.cpp_extension", "numpy.testing", "numpy.f2py", "site", "builtins", "__builtin__",
        "__builtins__", "functools", "_io", "io",
    ];

    private static readonly HashSet<string> harmless =
    [
        "set", "frozenset", "dict", "list", "tuple", "object", "int", "float", "bool", "str", "bytes", "bytearray", "complex", "slice",
        "range", "long", "unicode", "partial", "getattr", "reduce", "SimpleNamespace", "BytesIO", "StringIO",
    ];

    /// <summary>The name as Python writes it.</summary>
    public string FullName => $"{Module}.{Name}";

    /// <summary>Whether calling it would reach beyond the file: run a program, open a file, evaluate text.</summary>
    public bool ReachesOut =>
        reaching.Contains(Module) && !harmless.Contains(Name)
        && !(Module == "pathlib" && Name.EndsWith("Path", StringComparison.Ordinal));
}
