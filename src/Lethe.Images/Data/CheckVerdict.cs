namespace Lethe.Data;

/// <summary>What a check warns of.</summary>
internal static class CheckVerdict
{
    /// <summary>Sentences on what is wrong.</summary>
    public static IEnumerable<string> Of(DataCheckResult found)
    {
        int test = found.Parts.Single(part => part.Part == "test").Count;
        int equal = Measured(found.Groups.Where(group => group.AreEqual)), near = Measured(found.Groups.Where(group => !group.AreEqual));
        if (equal + near > 0)
            yield return DataNotice.Shared(equal, near, test);
        int disagreeing = found.Groups.Count(group => group.AreEqual && group.Disagrees);
        if (disagreeing > 0)
            yield return $"Groups of equal images with different labels: {disagreeing}.";
        int unreadable = found.Unreadable.Sum(kind => kind.Count);
        if (unreadable > 0)
            yield return $"Files that cannot be read: {unreadable}.";
        foreach ((string what, int count, _) in found.Peculiar)
            yield return $"Images that {what}: {count}.";
        int deep = found.Images.Count(image => image.Format.EndsWith("16 bits", StringComparison.Ordinal));
        if (deep > 0 && deep < found.Images.Count)
            yield return $"{deep} images have 16 bits and the others do not: their values do not compare.";
        string[] rare = [.. found.Classes.Where(one => one.Train == 0 || one.Probe == 0 || one.Test == 0).Select(one => one.Name)];
        if (rare.Length > 0)
            yield return $"Classes that are not in every part: {rare.Length}, as {string.Join(", ", rare.Take(5))}.";
    }

    private static int Measured(IEnumerable<DuplicateGroup> groups) => groups.Where(group => group.CrossesTest)
        .Sum(group => group.Members.Count(member => member.Part == "test"));
}
