namespace Lethe.Interchange;

/// <summary>What became of all of a method's heads.</summary>
/// <param name="Modules">One for each part that the method has beside its backbone.</param>
internal sealed record HeadFindings(IReadOnlyList<HeadFinding> Modules)
{
    /// <summary>Whether every part that is trained was found in the file.</summary>
    public bool AreComplete => Modules.All(module => module.From is not null);
}
