using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lethe.Numerics;

namespace Lethe.Tests.Fuzzing;

/// <summary>Looks for files that break a parser, guided by the branches that they take: what takes a new one is altered further.</summary>
internal static class Fuzzing
{
    public const string ParserVariable = "LETHE_FUZZ_PARSER", TriesVariable = "LETHE_FUZZ", KeepVariable = "LETHE_APPROVE";

    private const int LongestInput = 1 << 16;

    /// <summary>Done in a process of its own, in a copy of this folder whose assemblies count their branches.</summary>
    /// <returns>A line on what was done.</returns>
    public static IEnumerable<string> Piece()
    {
        // Not before the assemblies are looked for, which the runtime does when this method is compiled.
        return [Run(
            Environment.GetEnvironmentVariable(ParserVariable)!,
            int.Parse(Environment.GetEnvironmentVariable(TriesVariable)!, System.Globalization.CultureInfo.InvariantCulture))];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Run(string name, int tries)
    {
        using var coverage = new Coverage();
        Lethe.Runtime.TorchRuntime.Prepare();
        var trial = new Trial(name);
        using Timer watch = trial.Watch();
        var clock = Stopwatch.StartNew();
        List<(byte[] Bytes, int News)> pool = [];
        List<byte[]> whole = [];
        bool Try(byte[] input, string what)
        {
            coverage.Begin();
            bool read = trial.Of(input, what);
            if (coverage.News() is > 0 and var news)
            {
                pool.Add((input, news));
                if (read)
                    whole.Add(input);
            }

            return read;
        }

        foreach (byte[] seed in trial.Parser.Seeds)
            Assert.True(Try(seed, "whole"), $"{name} itself is refused");
        foreach (byte[] input in Corpus.Of(name))
            Try(input, "of the corpus");
        int begun = pool.Count;
        for (int i = 0; i < tries; i++)
        {
            var random = new RandomStream(RandomStream.Derive(3, (ulong)i));

            // As often what was read, one of all finds, and one of the newest; now and then two are joined.
            byte[] input = random.NextInt(3) switch
            {
                0 => whole[random.NextInt(whole.Count)],
                1 => pool[random.NextInt(pool.Count)].Bytes,
                _ => pool[^(1 + random.NextInt(1 + (pool.Count / 4)))].Bytes,
            };
            if (random.NextInt(16) == 0)
            {
                byte[] other = pool[random.NextInt(pool.Count)].Bytes;
                input = [.. input.AsSpan(0, random.NextInt(input.Length + 1)), .. other.AsSpan(random.NextInt(other.Length + 1))];
            }

            input = Mutants.Of(input, ref random, trial.Parser.Large);
            Try(input.Length > LongestInput && !trial.Parser.Large ? input[..LongestInput] : input, $"try {i}");
        }

        if (Environment.GetEnvironmentVariable(KeepVariable) == "1")
            Corpus.Write(name, pool.Where(one => one.News == 2).Select(one => one.Bytes).OrderBy(bytes => bytes.Length));
        trial.Dispose();
        return FormattableString.Invariant(
            $"{name}: {tries} tries, {trial.Read} read, the others refused; {coverage.Branches} branches, {pool.Count - begun} new inputs; memory at most {trial.Worst:p0} of the bound; at most {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB in all; {tries / clock.Elapsed.TotalSeconds:f0} a second");
    }
}
