using System.Globalization;

namespace Lethe.Tests;

/// <summary>
/// A host that writes numbers and dates in another way: a comma for decimals, as in German, and a minus sign of its own, as in Swedish. It
/// needs no data of cultures. Only for tests of <see cref="TorchCollection"/>, which run alone.
/// </summary>
internal sealed class HostCulture : IDisposable
{
    private readonly CultureInfo current = CultureInfo.CurrentCulture;
    private readonly CultureInfo? ofThreads = CultureInfo.DefaultThreadCurrentCulture;

    private HostCulture(CultureInfo culture) => CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = culture;

    public static HostCulture Invariant() => new(CultureInfo.InvariantCulture);

    public static HostCulture Foreign()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        NumberFormatInfo numbers = culture.NumberFormat;
        numbers.NumberDecimalSeparator = numbers.PercentDecimalSeparator = ",";
        numbers.NumberGroupSeparator = numbers.PercentGroupSeparator = ".";
        numbers.NegativeSign = "\u2212";
        culture.DateTimeFormat.DateSeparator = ".";
        culture.DateTimeFormat.ShortDatePattern = "dd/MM/yyyy";
        return new HostCulture(culture);
    }

    public void Dispose() => (CultureInfo.CurrentCulture, CultureInfo.DefaultThreadCurrentCulture) = (current, ofThreads);
}
