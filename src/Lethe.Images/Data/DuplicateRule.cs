namespace Lethe.Data;

/// <summary>What becomes of equal images in the division.</summary>
internal static class DuplicateRule
{
    public const string Together = "together";
    public const string Near = "near";
    public const string Ignore = "ignore";
}
