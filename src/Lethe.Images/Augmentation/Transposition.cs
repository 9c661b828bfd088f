using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lethe.Augmentation;

/// <summary>Eight vectors of eight floats, as rows of a matrix, transposed in registers.</summary>
internal static class Transposition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(
        ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d,
        ref Vector256<float> e, ref Vector256<float> f, ref Vector256<float> g, ref Vector256<float> h)
    {
        if (!Avx.IsSupported)
        {
            TransposeElements(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            return;
        }

        // Pairs, then quadruples within each half of a vector, then the halves.
        Vector256<float> ab0 = Avx.UnpackLow(a, b), ab1 = Avx.UnpackHigh(a, b);
        Vector256<float> cd0 = Avx.UnpackLow(c, d), cd1 = Avx.UnpackHigh(c, d);
        Vector256<float> ef0 = Avx.UnpackLow(e, f), ef1 = Avx.UnpackHigh(e, f);
        Vector256<float> gh0 = Avx.UnpackLow(g, h), gh1 = Avx.UnpackHigh(g, h);
        Vector256<float> ad0 = Avx.Shuffle(ab0, cd0, 0x44), ad1 = Avx.Shuffle(ab0, cd0, 0xEE);
        Vector256<float> ad2 = Avx.Shuffle(ab1, cd1, 0x44), ad3 = Avx.Shuffle(ab1, cd1, 0xEE);
        Vector256<float> eh0 = Avx.Shuffle(ef0, gh0, 0x44), eh1 = Avx.Shuffle(ef0, gh0, 0xEE);
        Vector256<float> eh2 = Avx.Shuffle(ef1, gh1, 0x44), eh3 = Avx.Shuffle(ef1, gh1, 0xEE);
        a = Avx.Permute2x128(ad0, eh0, 0x20);
        b = Avx.Permute2x128(ad1, eh1, 0x20);
        c = Avx.Permute2x128(ad2, eh2, 0x20);
        d = Avx.Permute2x128(ad3, eh3, 0x20);
        e = Avx.Permute2x128(ad0, eh0, 0x31);
        f = Avx.Permute2x128(ad1, eh1, 0x31);
        g = Avx.Permute2x128(ad2, eh2, 0x31);
        h = Avx.Permute2x128(ad3, eh3, 0x31);
    }

    internal static void TransposeElements(
        ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d,
        ref Vector256<float> e, ref Vector256<float> f, ref Vector256<float> g, ref Vector256<float> h)
    {
        Vector256<float> p = a, q = b, r = c, s = d, t = e, u = f, v = g, w = h;
        a = Column(0);
        b = Column(1);
        c = Column(2);
        d = Column(3);
        e = Column(4);
        f = Column(5);
        g = Column(6);
        h = Column(7);

        Vector256<float> Column(int i) => Vector256.Create(p[i], q[i], r[i], s[i], t[i], u[i], v[i], w[i]);
    }
}
