namespace Lethe.Reporting;

/// <summary>Placeholder.</summary>
public static class HtmlReport
{
    /// <summary>Placeholder.</summary>
    /// <param name="model">Model.</param>
    /// <returns>Text.</returns>
    public static string Render(ReportModel model) => string.Join("\n", model.Groups.Select(Verdict.Of));
}
