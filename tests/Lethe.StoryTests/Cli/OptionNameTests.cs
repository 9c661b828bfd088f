using Lethe.Augmentation;
using Lethe.Cli;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Evaluation.Protocols;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Tests.Cli;

public class OptionNameTests
{
    private static readonly object[] shared =
        [new DataOptions(), new RunOptions(), new BackboneOptions(), new TrainingOptions(), new AugmentationOptions(), new EvaluationOptions(), new Machine(), new UmmOptions(), new ScoringOptions(), new MemorisationOptions(), new InterleavingOptions()];

    /// <summary>
    /// One flag sets all properties of its name, so they must mean the same: methods share names among themselves only, and of one type.
    /// </summary>
    [Fact]
    public void MethodOptions_Names_AreOfOneTypeAndNobodyElses()
    {
        HashSet<string> taken =
            [.. shared.SelectMany(record => record.GetType().GetProperties().Where(OptionField.Fits)).Select(OptionName.Flag)];
        var properties = MethodRegistry.All.SelectMany(entry => entry.DefaultOptions.GetType().GetProperties().Where(OptionField.Fits))
            .ToArray();
        Assert.DoesNotContain(properties.Select(OptionName.Flag), taken.Contains);
        Assert.All(properties.GroupBy(OptionName.Flag), flag => Assert.Single(flag.Select(property => property.PropertyType).Distinct()));
    }

    /// <summary>Protocols may share a flag among themselves, where it is of one type, and with nothing else that evaluate takes.</summary>
    [Fact]
    public void ProtocolOptions_Names_AreOfOneTypeAndNobodyElses()
    {
        object[] others = [new ProtocolRunOptions(), new EncoderFileOptions(), new DataOptions(), new ForeignOptions(), new Machine()];
        string[] taken = [.. others.SelectMany(record => record.GetType().GetProperties().Where(OptionField.Fits)).Select(OptionName.Flag)];
        Assert.Equal(taken.Length, taken.Distinct().Count());
        var properties = ProtocolRegistry.All
            .SelectMany(entry => entry.DefaultOptions.GetType().GetProperties().Where(property => property.CanWrite)).ToArray();
        Assert.All(properties, property => Assert.True(OptionField.Fits(property), property.Name));
        Assert.DoesNotContain(properties.Select(OptionName.Flag), taken.Contains);
        Assert.All(properties.GroupBy(OptionName.Flag), flag => Assert.Single(flag.Select(property => property.PropertyType).Distinct()));
    }

    /// <summary>An option of another type would have no flag.</summary>
    [Fact]
    public void MethodOptions_EveryProperty_IsAFlag() =>
        Assert.All(
            MethodRegistry.All,
            entry => Assert.All(
                entry.DefaultOptions.GetType().GetProperties().Where(property => property.CanWrite),
                property => Assert.True(OptionField.Fits(property), property.Name)));
}
