using System.Globalization;
using Lethe.Runtime;
using Lethe.Storage;
using nietras.SeparatedValues;

namespace Lethe.Data;

/// <summary>Groups of equal and nearly equal images as a table: <c>group,kind,path,part,label</c>.</summary>
internal static class DuplicateFile
{
    /// <summary>Writes the table, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="groups">The groups.</param>
    /// <exception cref="RunException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<DuplicateGroup> groups) => AtomicFile.Write(path, stream =>
    {
        using SepWriter writer = Sep.New(',').Writer(options => options with { Escape = true }).To(stream, leaveOpen: true);
        for (int group = 0; group < groups.Count; group++)
        {
            foreach (DuplicateGroup.Member member in groups[group].Members)
            {
                using SepWriter.Row row = writer.NewRow();
                row["group"].Set((group + 1).ToString(CultureInfo.InvariantCulture));
                row["kind"].Set(groups[group].AreEqual ? "equal" : "near");
                row["path"].Set(CsvText.Safe(member.Name));
                row["part"].Set(member.Part);
                row["label"].Set(CsvText.Safe(member.Label ?? ""));
            }
        }
    });
}
