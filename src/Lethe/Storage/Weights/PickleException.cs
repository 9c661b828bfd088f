namespace Lethe.Storage.Weights;

/// <summary>A pickle does what none may; told to people as the file's damage.</summary>
/// <param name="what">What it does, after "its pickle".</param>
internal sealed class PickleException(string what) : Exception(what);
