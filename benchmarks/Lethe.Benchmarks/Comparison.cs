namespace Lethe.Benchmarks;

internal sealed class Comparison(string python, string peers, int repeats)
{
    public void Run(string images, int count, int size, int width, int batch, int steps, int warmUp, int threads, int n, int d) { _ = (python, peers, repeats); }
}
