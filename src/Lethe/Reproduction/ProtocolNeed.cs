using Lethe.Runs;
using Lethe.Workflow;

namespace Lethe.Reproduction;

/// <summary>A protocol on the states of a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Quick">Whether it takes few images, draws and steps.</param>
/// <param name="Target">The other data set of those that need one.</param>
/// <param name="TargetRoot">Where the files of a named target lie.</param>
internal sealed record ProtocolNeed(string Name, bool Quick, string? Target = null, string? TargetRoot = null)
{
    // Fresh weights are no part of what the paper claims.
    private const string Stages = "before,control,umm";

    /// <summary>What is run.</summary>
    public ProtocolPlan Plan()
    {
        var options = new ProtocolRunOptions { Stages = Stages, Target = Target, TargetRoot = TargetRoot };
        return ProtocolPlan.Create(Name, Quick ? options.ForQuick() : options);
    }

    /// <summary>Whether a record is one of what this finds.</summary>
    public bool Found(EvaluationRecord record) =>
        record.Protocol == Name && record.Target == Target && (record.Quick ?? false) == Quick && record.Epoch is null;
}
