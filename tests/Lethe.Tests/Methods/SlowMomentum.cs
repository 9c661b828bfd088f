namespace Lethe.Tests.Methods;

/// <summary>
/// The losses against a momentum encoder or a predictor as loops over arrays of doubles, written from their equations, without torch.
/// </summary>
internal static class SlowMomentum
{
    /// <summary>The mean over queries of the surprise of the key among the key and the queue.</summary>
    public static double InfoNce(double[,] queries, double[,] keys, double[,] queue, double temperature)
    {
        int n = queries.GetLength(0), m = queue.GetLength(0);
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            double key = Math.Exp(Cosine(queries, i, keys, i) / temperature), all = key;
            for (int j = 0; j < m; j++)
                all += Math.Exp(Cosine(queries, i, queue, j) / temperature);
            sum -= Math.Log(key / all);
        }

        return sum / n;
    }

    public static double Byol(double[,] predictionFirst, double[,] predictionSecond, double[,] targetFirst, double[,] targetSecond)
    {
        int n = predictionFirst.GetLength(0);
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            sum += 2 - 2 * Cosine(predictionFirst, i, targetSecond, i);
            sum += 2 - 2 * Cosine(predictionSecond, i, targetFirst, i);
        }

        return sum / n;
    }

    public static double SimSiam(double[,] predictionFirst, double[,] predictionSecond, double[,] embeddingFirst, double[,] embeddingSecond)
    {
        int n = predictionFirst.GetLength(0);
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum -= Cosine(predictionFirst, i, embeddingSecond, i) / 2 + Cosine(predictionSecond, i, embeddingFirst, i) / 2;
        return sum / n;
    }

    public static (double Contrastive, double Invariance) Relic(
        double[,] first, double[,] second, double[,] targetFirst, double[,] targetSecond, double temperature, bool oneSided)
    {
        int n = first.GetLength(0);
        double contrastive = 0, invariance = 0;
        for (int i = 0; i < n; i++)
        {
            double[] p = Probabilities(first, i, targetSecond, temperature), q = Probabilities(second, i, targetFirst, temperature);
            contrastive -= (Math.Log(p[i]) + Math.Log(q[i])) / n;
            for (int j = 0; j < n; j++)
            {
                invariance += p[j] * Math.Log(p[j] / q[j]) / n;
                if (!oneSided)
                    invariance += q[j] * Math.Log(q[j] / p[j]) / n;
            }
        }

        return (contrastive, invariance);
    }

    private static double[] Probabilities(double[,] online, int row, double[,] targets, double temperature)
    {
        double[] weights =
            [.. Enumerable.Range(0, targets.GetLength(0)).Select(j => Math.Exp(Cosine(online, row, targets, j) / temperature))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    private static double Cosine(double[,] a, int i, double[,] b, int j)
    {
        double dot = 0, aa = 0, bb = 0;
        for (int l = 0; l < a.GetLength(1); l++)
        {
            dot += a[i, l] * b[j, l];
            aa += a[i, l] * a[i, l];
            bb += b[j, l] * b[j, l];
        }

        return dot / Math.Sqrt(aa * bb);
    }
}
