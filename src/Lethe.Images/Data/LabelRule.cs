namespace Lethe.Data;

/// <summary>Where labels come from: one of these words, or a table's path.</summary>
internal static class LabelRule
{
    public const string Auto = "auto";
    public const string Folders = "folders";
    public const string None = "none";

    /// <summary>Whether a table is named.</summary>
    public static bool IsTable(string rule) => rule is not (Auto or Folders or None);
}
