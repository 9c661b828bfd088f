using System.Runtime.CompilerServices;

namespace Lethe.Tests.Approved;

/// <summary>Compares a text with the one that was looked at and approved; LETHE_APPROVE=1 approves what is there.</summary>
internal static class Approval
{
    public static void Check(string fileName, string text)
    {
        string approved = Path.Combine(Folder(), fileName), received = approved + ".received.txt";
        if (Environment.GetEnvironmentVariable("LETHE_APPROVE") == "1") File.WriteAllText(approved, text);
        if (File.Exists(approved) && File.ReadAllText(approved) == text)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        Assert.Fail($"{received} differs from what was approved. Compare the two, and set LETHE_APPROVE=1 to approve it.");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
