using Lethe.Diagnostics;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

[Collection<TorchCollection>]
public sealed class MembershipTests
{
    [Fact]
    public void Auc_AnyScores_IsTheCountOfPairs()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var stream = new RandomStream(seed);

            // Few different values, so that many are equal.
            double[] seen = [.. Enumerable.Repeat(0, 1 + stream.NextInt(30)).Select(_ => stream.NextInt(8) / 4.0)];
            double[] unseen = [.. Enumerable.Repeat(0, 1 + stream.NextInt(30)).Select(_ => (stream.NextInt(8) - 1) / 4.0)];
            double pairs = seen.Sum(a => unseen.Sum(b => a > b ? 1 : a == b ? 0.5 : 0));
            Assert.Equal(pairs / (seen.Length * unseen.Length), Membership.Auc(seen, unseen), 1e-12);
        }
    }

    [Fact]
    public void Auc_OfViews_IsThatOfTheirCosines()
    {
        using var scope = NewDisposeScope();
        double[,] first = Reference.Gaussian(1, 12, 5), second = Reference.Gaussian(2, 12, 5);
        double[] cosines =
        [
            .. Enumerable.Range(0, 12).Select(i =>
            {
                double Product(double[,] a, double[,] b) => Enumerable.Range(0, 5).Sum(c => a[i, c] * b[i, c]);
                return Product(first, second) / Math.Sqrt(Product(first, first) * Product(second, second));
            }),
        ];
        Tensor views = stack([tensor(first), tensor(second)]);
        Assert.Equal(
            Membership.Auc(cosines[..7], cosines[7..]), Membership.Auc(views.narrow(1, 0, 7), views.narrow(1, 7, 5)), 1e-12);
        Tensor same = stack([tensor(first), tensor(first)]);
        Assert.Equal(1, Membership.Auc(same, views));
        Assert.Throws<ArgumentException>(() => Membership.Auc(cat([views, views]), views));
    }
}
