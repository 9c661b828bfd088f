using System.Text;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class NumberTableTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_PathsAsPeopleWriteThem_AreFound()
    {
        NumberTable table = Read("id,x\n./a/1.png,1\n2.jpg,2\na\\3,3\n/elsewhere/a/4.png,4\n");
        (IReadOnlyList<float[]> values, IReadOnlyList<string> notices) = table.Of(["a/1.png", "b/2.jpg", "a/3.png", "a/4.png"], null);
        Assert.Equal([1, 2, 3, 4], values.Single());
        Assert.Empty(notices);
    }

    [Fact]
    public void Of_EmptyCellsAndWhatIsNotFinite_AreNoNumbers()
    {
        (IReadOnlyList<float[]> values, _) = Read("x,path,y\n,a,NaN\n1e3,b,2\nNA,c,1e99\nnull,d,-inf\n").Of(["a", "b", "c", "d", "e"], null);
        Assert.Equal([float.NaN, 1000, float.NaN, float.NaN, float.NaN], values[0]);
        Assert.Equal([float.NaN, 2, float.NaN, float.NaN, float.NaN], values[1]);
    }

    [Fact]
    public void Read_MoreColumnsThanAPageTakes_IsRefused()
    {
        string titles = string.Join(',', Enumerable.Range(0, NumberTable.MostColumns + 1).Select(i => $"x{i}"));
        string numbers = string.Join(',', Enumerable.Range(0, NumberTable.MostColumns + 1));
        string message = Assert.Throws<DataException>(() => Read($"path,{titles}\na,{numbers}\n")).Message;
        Assert.Contains("has 41 columns of numbers, and a page takes 40", message, StringComparison.Ordinal);
    }

    private NumberTable Read(string text)
    {
        folder.Write("t.csv", Encoding.UTF8.GetBytes(text));
        return NumberTable.Read(folder["t.csv"], "--map-columns");
    }
}
