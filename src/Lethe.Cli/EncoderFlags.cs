using System.CommandLine;
using System.CommandLine.Completions;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>The argument and flags of verbs that embed with an encoder: one of a run, or from elsewhere.</summary>
internal sealed class EncoderFlags
{
    private readonly Argument<string> argument = new("RUN")
    {
        Description = "A run directory, an undo's directory (RUN/umm/NAME), or a file or folder of weights from elsewhere (see 'lethe "
            + "import').",
    };

    private readonly Option<string> layer = new("--layer")
    {
        Description = "The layer to take features from. auto: the best by labels, those given to classify or else those of the run.",
        HelpName = "NAME", DefaultValueFactory = _ => LayerNames.Last,
        CompletionSources = { _ => LayerNames.All.Append(LayerNames.Auto).Select(name => new CompletionItem(name)) },
    };

    private readonly Option<int> size = new("--image-size")
    {
        Description = "For weights from elsewhere: height and width of the input images. [as the weights say, else 224 with a large stem "
            + "and 32 with a small one]",
        HelpName = "N",
    };

    private readonly Option<string> checkpoint = Checkpoint();

    /// <summary>Adds argument and flags to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="layer">Whether it takes the output of one layer.</param>
    public EncoderFlags(Command command, bool layer = true)
    {
        command.Arguments.Add(argument);
        if (layer)
            command.Options.Add(this.layer);
        command.Options.Add(checkpoint);
        command.Options.Add(size);
    }

    /// <summary>Records whose flags the encoder needs, for the verb's table.</summary>
    public static IReadOnlyList<OptionRecord> Records { get; } = [new WeightsOptions(), new Machine()];

    /// <summary>The flag of every verb that takes one encoder of a run.</summary>
    public static Option<string> Checkpoint() => new("--checkpoint")
    {
        Description = "last; best (what pretrain --keep chose, or the encoder from before --stop-on-memorisation ended training); or "
            + "a kept one, such as epoch-00010.",
        HelpName = "NAME",
        DefaultValueFactory = _ => CheckpointStore.Last,
    };

    /// <summary>What was given in place of RUN.</summary>
    public string Path(ParseResult parsed) => parsed.GetRequiredValue(argument);

    /// <summary>The layer whose output is taken.</summary>
    public string Layer(ParseResult parsed) => parsed.GetRequiredValue(layer);

    /// <summary>Whether the layer is to be chosen.</summary>
    public bool IsAuto(ParseResult parsed) => Layer(parsed) == LayerNames.Auto;

    /// <summary>Loads the encoder, and says what it is where it comes from elsewhere, and which layer was chosen.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="values">What was given.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="measure">The accuracy of the run by which a layer is chosen where that is asked for.</param>
    /// <param name="chosen">The layer where another choice was made already; null for none.</param>
    /// <returns>The encoder, which the caller disposes.</returns>
    /// <exception cref="LetheException">It cannot be used.</exception>
    public Encoder Load(
        ParseResult parsed, OptionValues values, Terminal terminal, string measure = Measure.LinearAccuracy, string? chosen = null)
    {
        var machine = values.Apply(new Machine());
        if (chosen is null && IsAuto(parsed))
        {
            string path = Path(parsed);
            AutoLayer auto = InitialEncoder.IsForeign(path)
                ? AutoLayer.Unlabelled(null)
                : AutoLayer.OfRun(RunDirectory.Open(path), CheckpointOf(parsed), measure);
            terminal.Say(auto.Why);
            chosen = auto.Layer;
        }

        string layer = chosen ?? Layer(parsed);
        if (Foreign(parsed, values) is not { } options)
        {
            RunDirectory run = RunDirectory.Open(Path(parsed));
            Encoder own = Encoder.Load(run, machine, layer, CheckpointOf(parsed));
            terminal.WarnOfUnfinished(run, CheckpointOf(parsed));
            SayWhat(parsed, own, machine, terminal);
            return own;
        }

        OptionRecord.ValidateAll([options, machine]);
        Encoder encoder = Encoder.Load(options, machine, layer);
        foreach (string sentence in encoder.Origin!.Sentences)
            terminal.Say(sentence);
        SayWhat(parsed, encoder, machine, terminal);
        return encoder;
    }

    private void SayWhat(ParseResult parsed, Encoder encoder, Machine machine, Terminal terminal) => terminal.Announce(StartUp.OfVerb(
        "embed", $"by {encoder.Layer} of {Path(parsed)}; images enter at {encoder.ImageSize}×{encoder.ImageSize} pixels", StartUp.Shown,
        machine.Describe()));

    /// <summary>The checkpoint that was named.</summary>
    public string CheckpointOf(ParseResult parsed) => parsed.GetRequiredValue(checkpoint);

    /// <summary>What decides an encoder from elsewhere; null where RUN is a run.</summary>
    /// <exception cref="InvalidOptionException">A flag belongs to weights from elsewhere, and RUN is a run.</exception>
    public RunOptions? Foreign(ParseResult parsed, OptionValues values)
    {
        string path = Path(parsed);
        var weights = values.Apply(new WeightsOptions());
        int imageSize = parsed.GetValue(size);
        if (InitialEncoder.IsForeign(path))
            return new RunOptions { Data = new DataOptions { ImageSize = imageSize }, Init = path, Weights = weights };
        return imageSize == 0 && weights == new WeightsOptions()
            ? null
            : throw new InvalidOptionException(
                $"--image-size, --normalisation and the like belong to weights from elsewhere; {path} is a run, which has its own. Leave "
                + "them out.");
    }
}
