using Lethe.Methods;

namespace Lethe.Interchange;

internal sealed record HeadFindings(bool AreComplete, IReadOnlyList<string> Modules);
internal static class ForeignHeads
{
    public static HeadFindings Fill(SslMethod method, ForeignEncoder encoder, bool load) => new(false, []);
}
