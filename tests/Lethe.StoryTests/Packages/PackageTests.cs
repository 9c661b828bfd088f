using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SkiaSharp;

namespace Lethe.Tests.Packages;

/// <summary>
/// What a stranger gets: the packages, packed from the sources, installed from a folder, under a home in which nothing is. By name, since it builds
/// everything anew and fetches what the packages depend on.
/// </summary>
public sealed class PackageTests : IDisposable
{
    // What one platform may cost to fetch.
    private const long MostBytes = 150_000_000;

    private static readonly string[] libraries = ["Lethe.Images", "Lethe", "Lethe.Onnx"];

    private readonly TemporaryFolder folder = new();

    private string Feed => folder["feed"];

    public void Dispose() => folder.Dispose();

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Packages_InAnEmptyHome_RunTheStoryAndTheProgramsOfTheirReadmes()
    {
        Directory.CreateDirectory(folder["home"]);
        string platform = OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";
        foreach (string library in libraries)
            await Dotnet(Repository.Root, $"pack src/{library} -c Release --artifacts-path {folder["built"]} -o {Feed}");
        await Dotnet(
            Repository.Root,
            $"pack src/Lethe.Cli -c Release --artifacts-path {folder["tool-built"]} -o {Feed} -p:ToolPackageRuntimeIdentifiers={platform}");
        foreach (string package in Directory.GetFiles(Feed, "*.nupkg"))
            Check(package);

        string empty = Directory.CreateDirectory(folder["empty"]).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(empty, "nuget.config"),
            $"<configuration><packageSources><add key=\"feed\" value=\"{Feed}\" /></packageSources></configuration>",
            TestContext.Current.CancellationToken);
        await Dotnet(empty, $"tool install Lethe.Cli --tool-path {folder["tool"]}");
        string lethe = Path.Combine(folder["tool"], OperatingSystem.IsWindows() ? "lethe.exe" : "lethe");
        await Run(empty, lethe, "run --limit 300 --width 8 --epochs 2 --out runs/first");
        Assert.True(File.Exists(Path.Combine(empty, "runs", "first", "report.html")));
        await Run(empty, lethe, "export runs/first --format onnx --out encoder.onnx");

        Photos(Path.Combine(empty, "photos"), count: 24);
        await Program(empty, "trains", "Lethe", $"libtorch-cpu-{platform}", "new-photos", "runs/photos/run.json");
        await Program(empty, "serves", "Lethe.Onnx", other: null, "labelled", "encoder.onnx");
    }

    // Each package says what a page of a registry shows, and its readme has no link that is one within the repository only.
    private static void Check(string package)
    {
        Assert.True(new FileInfo(package).Length <= MostBytes, $"{package}: {new FileInfo(package).Length} bytes");
        using ZipArchive archive = ZipFile.OpenRead(package);
        XDocument specification;
        using (Stream stream = archive.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open())
            specification = XDocument.Load(stream);
        foreach (string name in new[] { "license", "icon", "readme", "description", "releaseNotes", "tags", "copyright", "repository" })
            Assert.Contains(specification.Descendants(), element => element.Name.LocalName == name);
        foreach (string file in new[] { "README.md", "icon.png", "LICENSE", "CHANGELOG.md" })
            Assert.NotNull(archive.GetEntry(file));
        using var readme = new StreamReader(archive.GetEntry("README.md")!.Open());
        Assert.DoesNotMatch(@"\]\((?!https://)", readme.ReadToEnd());
        if (archive.Entries.Any(entry => entry.Name.Contains("torch_cpu", StringComparison.Ordinal)))
            Assert.Contains(archive.Entries, entry => entry.Name == "LICENSE-LIBTORCH.txt");
    }

    // The first C# block of a package's readme, as the whole program, with the folders that it names.
    private async Task Program(string empty, string name, string package, string? other, string images, string wrote)
    {
        string readme = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "src", package, "README.md"), TestContext.Current.CancellationToken);
        string code = Regex.Match(readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        await Dotnet(empty, $"new console -o {name}");
        await File.WriteAllTextAsync(
            Path.Combine(empty, name, "Program.cs"), code, TestContext.Current.CancellationToken);
        foreach (string one in new[] { package, other }.OfType<string>())
            await Dotnet(Path.Combine(empty, name), $"add package {one}");
        Photos(Path.Combine(empty, images), count: 6);
        File.Copy(Path.Combine(empty, images, "a", "0.png"), Path.Combine(empty, "photo.jpg"), overwrite: true);
        await Dotnet(empty, $"run --project {name} -c Release");
        Assert.True(File.Exists(Path.Combine(empty, wrote)), wrote);
    }

    private static void Photos(string path, int count)
    {
        foreach (string label in new[] { "a", "b" })
        {
            Directory.CreateDirectory(Path.Combine(path, label));
            for (int i = 0; i < count; i++)
            {
                using var picture = new SKBitmap(40, 40);
                using (var canvas = new SKCanvas(picture))
                {
                    canvas.Clear(label == "a" ? SKColors.DarkGreen : SKColors.Khaki);
                    using var paint = new SKPaint { Color = new SKColor((byte)(10 * i), 60, 160) };
                    canvas.DrawCircle(8 + i, 20, 6 + (i % 5), paint);
                }

                using SKData data = picture.Encode(SKEncodedImageFormat.Png, quality: 100);
                File.WriteAllBytes(Path.Combine(path, label, $"{i}.png"), data.ToArray());
            }
        }
    }

    private Task Dotnet(string workingFolder, string arguments) => Run(workingFolder, "dotnet", arguments);

    private async Task Run(string workingFolder, string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string variable in new[] { "XDG_CACHE_HOME", "LETHE_CACHE", "NUGET_PACKAGES", "MSBUILD_EXE_PATH", "MSBuildSDKsPath" })
            start.Environment.Remove(variable);
        foreach (string variable in new[] { "HOME", "USERPROFILE", "DOTNET_CLI_HOME" })
            start.Environment[variable] = folder["home"];
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {arguments}:\n{await output}\n{errors}");
    }
}
