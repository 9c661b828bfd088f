using Lethe.Runtime;

namespace Lethe.Watching;

/// <summary>The web page that shows runs.</summary>
internal sealed record WatchOptions : OptionRecord
{
    /// <summary>The port on 127.0.0.1, for a tunnel from another machine. [one that is free]</summary>
    [Limit(AtLeast = 1, AtMost = 65_535, Zero = "for one that is free")]
    public int? Port { get; init; }
}
