namespace Lethe.Data;

/// <summary>How many images of a class each part of a source has.</summary>
/// <param name="Name">The class.</param>
/// <param name="Train">Images for training.</param>
/// <param name="Probe">Images for fitting probes.</param>
/// <param name="Test">Images for measuring.</param>
internal sealed record ClassCount(string Name, int Train, int Probe, int Test);
