using Lethe.Data;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>Shows how far the reading of images has come.</summary>
internal sealed class DataReading(Terminal terminal) : IProgress<DataProgress>
{
    public void Report(DataProgress value) =>
        terminal.Progress.Report(new WorkflowProgress(value.Stage, value.Done, value.Total, "", value.Notice));
}
