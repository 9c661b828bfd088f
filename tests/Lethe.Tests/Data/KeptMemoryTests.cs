using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Lethe.Data;

namespace Lethe.Tests.Data;

public sealed class KeptMemoryTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly TempFolder elsewhere = new();

    public void Dispose()
    {
        folder.Dispose();
        elsewhere.Dispose();
    }

    [Theory]
    [InlineData("{0}/{1:0000}.pgm", "", 4)] // which image each place of the parts is
    [InlineData("{1:0000}.pgm", "", 4)]
    [InlineData("train/{0}/{1:0000}.pgm", "test/{0}/{1:0000}.pgm", 16)] // and which file that is, where they are in other orders
    public void Open_WithACache_KeepsAFewBytesOfEachMoreImage(string name, string testName, double most)
    {
        long few = Kept(150, name, testName), many = Kept(650, name, testName);
        Assert.InRange((many - few) / 500.0, 0, most + 0.5);
    }

    [Fact]
    public void Open_InMemory_KeepsPixelsAndPaths() =>
        Assert.True(Kept(300, "{1:0000}.pgm", "", cached: false) > 300 * (256 + (2 * "0000.pgm".Length)));

    private long Kept(int count, string name, string testName, bool cached = true)
    {
        for (int i = 0; i < count; i++)
        {
            string path = string.Format(null, CompositeFormat.Parse(i % 6 == 5 && testName != "" ? testName : name), i % 2 == 0 ? "cat" : "dog", i);
            byte[] pixels = new byte[256];
            BitConverter.TryWriteBytes(pixels, i);
            folder.Write(path, [.. "P5 16 16 255\n"u8, .. pixels]);
        }

        DataSplits splits = DataSources.Open(
            new DataOptions { Data = folder.Root, Cache = cached ? elsewhere["pack"] : null, ProbeImages = 20, TestImages = 20, SealedImages = 20 }, 1);
        Assert.Equal(count, splits.Found);
        Assert.InRange(splits.Train.Count, count / 2, count);
        return Size(splits);
    }

    // Bytes of all that can be reached, but for what is mapped.
    private static long Size(object root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<object>([root]);
        long bytes = 0;
        while (waiting.TryPop(out object? next))
        {
            if (next is MemberInfo or Pointer || !seen.Add(next))
                continue;
            bytes += 16;
            if (next is string text)
                bytes += 2 * text.Length;
            else if (next is Array array)
                bytes += array.Length * (long)SizeOf(next.GetType().GetElementType()!);
            if (next is Array { Length: > 0 } items && !next.GetType().GetElementType()!.IsPrimitive)
            {
                foreach (object? item in items)
                    Push(item);
            }

            for (Type? type = next.GetType(); type is not null && next is not (string or Array); type = type.BaseType)
            {
                foreach (FieldInfo field in type.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    if (!field.FieldType.IsPrimitive && !field.FieldType.IsPointer && !field.FieldType.IsEnum)
                        Push(field.GetValue(next));
                }
            }
        }

        return bytes;

        void Push(object? value)
        {
            if (value is not null)
                waiting.Push(value);
        }
    }

    private static int SizeOf(Type type) => type.IsValueType
        ? (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!
        : IntPtr.Size;
}
