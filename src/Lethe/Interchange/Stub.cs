using Lethe.Augmentation;
using Lethe.Models;
using Lethe.Methods;
using static TorchSharp.torch;
namespace Lethe.Interchange;
internal sealed record ForeignOptions { public string Part { get; init; } = ""; public BackboneOptions? Backbone { get; init; } }
internal sealed record EncoderFindings(IReadOnlyList<string> Found, IReadOnlyList<string> Notes);
internal sealed record HeadFindings(bool IsComplete, IReadOnlyList<string> Sentences);
internal sealed class ForeignEncoder : IDisposable
{
    public static ForeignEncoder Read(string path, ForeignOptions options) => throw new NotImplementedException();
    public string Checksum => ""; public BackboneOptions Backbone => new(); public int InputChannels => 3;
    public EncoderFindings Findings => new([], []); public ChannelStatistics? Statistics => null; public int? ImageSize => null;
    public void Fill(ResNet network) { }
    public void Dispose() { }
}
internal static class ForeignHeads { public static HeadFindings Fill(SslMethod method, ForeignEncoder encoder, bool wanted) => new(false, []); }
