namespace Lethe.Cli;

/// <summary>A folder that is written to.</summary>
/// <param name="Use">What for.</param>
/// <param name="Path">The folder; it may not exist yet.</param>
/// <param name="Free">Bytes free on its disk; null where the system does not say.</param>
/// <param name="ReadOnly">Whether its disk can only be read.</param>
/// <param name="NoPrograms">Whether programs and libraries on it cannot be loaded.</param>
internal sealed record PlaceFacts(string Use, string Path, long? Free, bool ReadOnly = false, bool NoPrograms = false);
