using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Images of several domains with the same classes, such as photos and sketches: <see cref="DomainFolders"/>.</summary>
/// <param name="Images">The images, labelled by class.</param>
/// <param name="Domains">The domain of each image: index into <paramref name="DomainNames"/>.</param>
/// <param name="DomainNames">Names of the domains.</param>
/// <param name="SkippedFiles">Files that were corrupt or empty and were left out, each with the reason.</param>
internal sealed record DomainSet(
    ImageSet Images, IReadOnlyList<int> Domains, IReadOnlyList<string> DomainNames, IReadOnlyList<string> SkippedFiles)
{
    /// <summary>Leaves one domain out.</summary>
    /// <param name="domain">Its name.</param>
    /// <returns>The images of all other domains, and those of this one; pixels are shared, not copied.</returns>
    /// <exception cref="InvalidOptionException">There is no such domain.</exception>
    public (ImageSet Others, ImageSet LeftOut) LeaveOut(string domain)
    {
        int index = DomainNames.ToList().IndexOf(domain);
        if (index < 0)
            throw new InvalidOptionException($"There is no domain '{domain}'. There are {string.Join(", ", DomainNames)}.");
        ILookup<bool, int> split = Enumerable.Range(0, Images.Count).ToLookup(i => Domains[i] == index);
        return (Images.Subset($"all but {domain}", [.. split[false]]), Images.Subset(domain, [.. split[true]]));
    }
}
