namespace Lethe.Tests.Approved;

/// <summary>Compares text with a file in this folder that a person has approved.</summary>
internal static class Approval
{
    /// <summary>
    /// Fails if the text differs from the approved one, and then leaves it beside it as <c>*.received.*</c> to look at.
    /// With LETHE_APPROVE=1 in the environment, the text becomes the approved one.
    /// </summary>
    /// <param name="fileName">The approved file.</param>
    /// <param name="text">What the code gives now.</param>
    public static void Matches(string fileName, string text) =>
        Matches(Path.Combine(Repository.Root, "tests", "Lethe.Tests", "Approved"), fileName, text, IsAsked);

    /// <summary>Whether what the code gives now is to become what is approved.</summary>
    public static bool IsAsked => Environment.GetEnvironmentVariable("LETHE_APPROVE") == "1";

    /// <summary>The same for any folder.</summary>
    public static void Matches(string folder, string fileName, string text, bool approve)
    {
        string received = Path.Combine(folder, Path.ChangeExtension(fileName, $".received{Path.GetExtension(fileName)}"));
        string approved = Path.Combine(folder, fileName);
        text = Normal(text);
        if (approve)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(approved, text);
        }

        string before = File.Exists(approved) ? Normal(File.ReadAllText(approved)) : "";
        if (before == text)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        string[] removed = [.. before.Split('\n').Except(text.Split('\n'))];
        string[] added = [.. text.Split('\n').Except(before.Split('\n'))];
        IEnumerable<string> changes = removed.Select(line => $"- {line}").Concat(added.Select(line => $"+ {line}")).Take(40);
        Assert.Fail(
            $"{approved} differs from {received}:\n{string.Join('\n', changes)}\n" +
            "If the change is meant, approve it: LETHE_APPROVE=1 dotnet test -c Release");
    }

    private static string Normal(string text) => text.ReplaceLineEndings("\n").TrimEnd() + "\n";
}
