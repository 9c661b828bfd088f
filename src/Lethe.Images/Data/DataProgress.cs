namespace Lethe.Data;

/// <summary>How far the reading of images has come.</summary>
/// <param name="Stage">What is being done, as <c>reading headers</c> or <c>decoding</c>.</param>
/// <param name="Done">Images done.</param>
/// <param name="Total">Images in all.</param>
/// <param name="Notice">A sentence for people, such as why a cache is made anew; null for none.</param>
internal readonly record struct DataProgress(string Stage, int Done, int Total, string? Notice = null);
