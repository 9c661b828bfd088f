using System.Text.RegularExpressions;

namespace Lethe.Data;

/// <summary>Folders that say when, or with what, photos were taken: they are no classes.</summary>
internal static partial class DateFolders
{
    private const double MostOfThem = 0.8;

    /// <summary>Whether folders that lie together are dates or a camera's.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="above">The name of the folder that they lie in.</param>
    public static bool Are(IReadOnlyCollection<string> names, string above) =>
        names.Count > 0 && names.Count(name => Is(name) || (Year().IsMatch(above) && Number().IsMatch(name))) >= MostOfThem * names.Count;

    private static bool Is(string name) =>
        Date().IsMatch(name) || DayFirst().IsMatch(name) || Month().IsMatch(name) || Camera().IsMatch(name) || Album().IsMatch(name);

    [GeneratedRegex("^(19|20)[0-9][0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex Year();

    [GeneratedRegex("^[0-3]?[0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    // 2015, 2015-01, 2015_01_31 Birthday, 20150131, IMG_20150131, 201501__
    [GeneratedRegex(
        "^([A-Z]{2,4}[-_ ])?(19|20)[0-9]{2}([-_. ]?(0?[1-9]|1[0-2])([-_. ]?(0?[1-9]|[12][0-9]|3[01]))?)?([-_. T].*)?$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Date();

    // 31.01.2015
    [GeneratedRegex(
        "^(0?[1-9]|[12][0-9]|3[01])[-_.](0?[1-9]|[12][0-9]|3[01])[-_.]((19|20)[0-9]{2})([-_. ].*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex DayFirst();

    // January, 01-Jan, January 2015
    [GeneratedRegex(
        "^([0-9]{1,4}[-_. ]*)?(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|"
        + "dec(ember)?)([-_. ]*[0-9]{2,4})?$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Month();

    // 100CANON, 101APPLE, 100_PANA: three digits and five signs, as the rule for cameras' file systems has it.
    [GeneratedRegex("^([1-9][0-9]{2}[A-Z_][A-Z0-9_]{4}|DCIM)$", RegexOptions.CultureInvariant)]
    private static partial Regex Camera();

    [GeneratedRegex(
        "^(photos from (19|20)[0-9]{2}|camera( roll| uploads)?|screenshots|whatsapp images)$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Album();
}
