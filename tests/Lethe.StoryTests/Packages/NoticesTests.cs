using System.Text.Json.Nodes;

namespace Lethe.Tests.Packages;

/// <summary>What the command is shipped with is named with its licence.</summary>
public sealed class NoticesTests
{
    [Fact]
    public void Notices_NameEveryPackageThatIsShipped()
    {
        string notices = File.ReadAllText(Path.Combine(Repository.Root, "src", "Lethe.Cli", "licences", "THIRD-PARTY-NOTICES.txt"));
        string[] named = notices[..notices.IndexOf("\nMIT\n---", StringComparison.Ordinal)].Split([' ', ',', '\n']);
        JsonNode dependencies = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Lethe.Cli.deps.json")))!;
        string[] shipped = [..
            from target in dependencies["targets"]!.AsObject()
            from library in target.Value!.AsObject()
            where dependencies["libraries"]![library.Key]!["type"]!.GetValue<string>() == "package"
            where library.Value!["runtime"] is not null || library.Value["native"] is not null || library.Value["runtimeTargets"] is not null
            select library.Key.Split('/')[0]];
        Assert.Contains("TorchSharp", shipped);
        Assert.All(shipped, package => Assert.Contains(package, named));
    }
}
