namespace Lethe.Data;

/// <summary>Images that are equal or nearly equal.</summary>
/// <param name="AreEqual">Whether all are equal; else some are nearly equal.</param>
/// <param name="Members">The images, at least two.</param>
internal sealed record DuplicateGroup(bool AreEqual, IReadOnlyList<DuplicateGroup.Member> Members)
{
    /// <summary>Whether an image is trained on and another one measured on.</summary>
    public bool CrossesTest => Members.Any(member => member.Part == "train") && Members.Any(member => member.Part == "test");

    /// <summary>Whether images have different labels.</summary>
    public bool Disagrees => Members.Select(member => member.Label).Distinct().Skip(1).Any();

    /// <summary>One image of a group.</summary>
    /// <param name="Name">Its path, or its number.</param>
    /// <param name="Part">Its part.</param>
    /// <param name="Label">Its class; null where there are none.</param>
    internal sealed record Member(string Name, string Part, string? Label);
}
