namespace Lethe.Data;

/// <summary>How the images of a source are divided.</summary>
internal static class DivisionRule
{
    public const string Stratified = "stratified";
    public const string Random = "random";

    /// <summary>All that the first versions did to find, label and divide images; of a run that does not say, this is it.</summary>
    public const string Earlier = "earlier";
}
