using Lethe.Models;

namespace Lethe.Methods;

/// <summary>A method that can be chosen by name.</summary>
/// <param name="Name">As in <c>--method</c>.</param>
/// <param name="Title">As in reports.</param>
/// <param name="Summary">One line: the idea and the source.</param>
/// <param name="DefaultOptions">A record of its options with the defaults; its type is what <paramref name="Create"/> takes.</param>
/// <param name="Validate">Checks options of that type; throws <see cref="Runtime.InvalidOptionException"/>.</param>
/// <param name="Create">Makes the method from its options and a backbone.</param>
public sealed record MethodEntry(string Name, string Title, string Summary, object DefaultOptions, Action<object> Validate, Func<object, ResNet, SslMethod> Create);
