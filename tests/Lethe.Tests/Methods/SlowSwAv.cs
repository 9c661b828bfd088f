namespace Lethe.Tests.Methods;

/// <summary>
/// SwAV's parts as loops over arrays of doubles, as its official code computes them: with exponentials, not in logarithms.
/// </summary>
internal static class SlowSwAv
{
    public static double[,] Scores(double[,] embeddings, double[,] prototypes)
    {
        double[,] scores = new double[embeddings.GetLength(0), prototypes.GetLength(0)];
        for (int i = 0; i < scores.GetLength(0); i++)
        {
            for (int j = 0; j < scores.GetLength(1); j++)
            {
                double dot = 0, ee = 0, pp = 0;
                for (int l = 0; l < embeddings.GetLength(1); l++)
                {
                    dot += embeddings[i, l] * prototypes[j, l];
                    ee += embeddings[i, l] * embeddings[i, l];
                    pp += prototypes[j, l] * prototypes[j, l];
                }

                scores[i, j] = dot / Math.Sqrt(ee * pp);
            }
        }

        return scores;
    }

    /// <summary>Q before it is multiplied by N: what sums to one in all.</summary>
    public static double[,] Sinkhorn(double[,] scores, double epsilon, int iterations)
    {
        int n = scores.GetLength(0), k = scores.GetLength(1);
        double[,] q = new double[n, k];
        double total = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < k; j++)
                total += q[i, j] = Math.Exp(scores[i, j] / epsilon);
        }

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < k; j++)
                q[i, j] /= total;
        }

        for (int iteration = 0; iteration < iterations; iteration++)
        {
            for (int j = 0; j < k; j++)
            {
                double sum = 0;
                for (int i = 0; i < n; i++)
                    sum += q[i, j];
                for (int i = 0; i < n; i++)
                    q[i, j] /= sum * k;
            }

            for (int i = 0; i < n; i++)
            {
                double sum = 0;
                for (int j = 0; j < k; j++)
                    sum += q[i, j];
                for (int j = 0; j < k; j++)
                    q[i, j] /= sum * n;
            }
        }

        return q;
    }

    public static double[,] Codes(double[,] scores, double epsilon, int iterations)
    {
        double[,] q = Sinkhorn(scores, epsilon, iterations);
        for (int i = 0; i < q.GetLength(0); i++)
        {
            for (int j = 0; j < q.GetLength(1); j++)
                q[i, j] *= q.GetLength(0);
        }

        return q;
    }

    /// <summary>Codes of a batch beside a queue: the batch's rows alone.</summary>
    public static double[,] Codes(double[,] scores, double[,] queueScores, double epsilon, int iterations)
    {
        int n = scores.GetLength(0), k = scores.GetLength(1);
        double[,] all = new double[n + queueScores.GetLength(0), k], batch = new double[n, k];
        Array.Copy(queueScores, all, queueScores.Length);
        Array.Copy(scores, 0, all, queueScores.Length, scores.Length);
        double[,] codes = Codes(all, epsilon, iterations);
        Array.Copy(codes, queueScores.Length, batch, 0, batch.Length);
        return batch;
    }

    public static double Loss(IReadOnlyList<double[,]> scores, IReadOnlyList<double[,]> codes, double temperature)
    {
        int n = scores[0].GetLength(0), k = scores[0].GetLength(1);
        double loss = 0;
        for (int c = 0; c < codes.Count; c++)
        {
            double ofCode = 0;
            for (int v = 0; v < scores.Count; v++)
            {
                if (v == c)
                    continue;
                for (int i = 0; i < n; i++)
                {
                    double normaliser = 0;
                    for (int j = 0; j < k; j++)
                        normaliser += Math.Exp(scores[v][i, j] / temperature);
                    for (int j = 0; j < k; j++)
                        ofCode -= codes[c][i, j] * (scores[v][i, j] / temperature - Math.Log(normaliser)) / n;
                }
            }

            loss += ofCode / (scores.Count - 1);
        }

        return loss / codes.Count;
    }
}
