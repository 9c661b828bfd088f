namespace Lethe.Tests.Fuzzing;

/// <summary>
/// Every reader of files from strangers is given files that are made to take new branches of it. As many as <c>LETHE_FUZZ</c> says, else
/// 10 000 for each; <c>LETHE_FUZZ_PARSER</c> names one of them alone; LETHE_APPROVE=1 keeps the inputs that took new branches as its
/// corpus.
/// </summary>
public sealed class FuzzTests : IClassFixture<FuzzTests.CountingCopy>
{
    private readonly CountingCopy copy;

    public FuzzTests(CountingCopy copy) => this.copy = copy;

    public static TheoryData<string> Names =>
        Environment.GetEnvironmentVariable(Fuzzing.ParserVariable) is { } one ? new(one) : new(Parsers.Names);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Names))]
    public void Read_GuidedByBranches_IsReadOrRefusedInTimeWithinBounds(string parser)
    {
        (string[] lines, _) = ChildProcess.Run(Fuzzing.Piece, copy.Home, copy.Folder, new Dictionary<string, string>
        {
            [Fuzzing.ParserVariable] = parser,
            [Fuzzing.TriesVariable] = Environment.GetEnvironmentVariable(Fuzzing.TriesVariable) ?? "10000",
        });
        TestContext.Current.TestOutputHelper!.WriteLine(Assert.Single(lines));
    }

    /// <summary>A copy of the folder of these tests whose assemblies count their branches. Native libraries are linked to.</summary>
    public sealed class CountingCopy : IDisposable
    {
        public CountingCopy()
        {
            // Beside this folder, from where the repository is found.
            Folder = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory) + $"-counting-{Environment.ProcessId}";
            Home = Directory.CreateDirectory(Path.Combine(Folder, "home")).FullName;
            foreach (string file in Directory.GetFiles(AppContext.BaseDirectory))
            {
                string to = Path.Combine(Folder, Path.GetFileName(file));
                if (!Path.GetFileName(file).Contains(".so", StringComparison.Ordinal))
                    File.Copy(file, to);
                else
                    File.CreateSymbolicLink(to, file);
            }

            Coverage.Instrument(Folder);
        }

        public string Folder { get; }

        public string Home { get; }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
