using System.Globalization;
using System.Reflection;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>
/// The one place where options that were left open are chosen by the images. What was given stays as it is. Nothing here depends on time
/// or chance, so the same images give the same options; <see cref="TimeBudget"/> alone measures.
/// </summary>
/// <param name="Options">Options that leave nothing open.</param>
/// <param name="Choices">What was chosen, and why.</param>
/// <param name="Advice">What is amiss with them on these images, though they can be trained on.</param>
internal sealed record ChosenOptions(RunOptions Options, IReadOnlyList<Choice> Choices, IReadOnlyList<string> Advice)
{
    /// <summary>The usual batch.</summary>
    public const int UsualBatch = 128;

    /// <summary>The smallest batch that is chosen where there are as many images.</summary>
    public const int SmallestBatch = 8;

    /// <summary>Epochs of a set of usual size, and the fewest and most that are chosen for others.</summary>
    public const int UsualEpochs = 100, FewestEpochs = 20, MostEpochs = 400;

    /// <summary>Steps of the optimiser that a training should have.</summary>
    public const int EnoughSteps = 1500;

    /// <summary>Images up to which the usual epochs are taken; beyond, as many images are seen in all.</summary>
    public const int ManyImages = 50_000;

    /// <summary>Images below which training from scratch is said to be of little use.</summary>
    public const int FewImages = 500;

    // Where a GPU's width is worth it.
    private const int ImagesForWidth = 5000;

    /// <summary>Chooses.</summary>
    /// <param name="asked">The options as they were given.</param>
    /// <param name="facts">The images.</param>
    /// <returns>Options that leave nothing open.</returns>
    /// <exception cref="InvalidOptionException">The method cannot be trained on so few images.</exception>
    public static ChosenOptions For(RunOptions asked, TrainingFacts facts)
    {
        MethodEntry method = MethodRegistry.Find(asked.Method);
        var choices = new List<Choice>();
        RunOptions chosen = asked with { Data = asked.Data with { ImageSize = facts.ViewSize }, Views = asked.Views.For(facts.ViewSize) };
        if (asked.Data.ImageSize == 0 && facts.Sizes is { } sizes)
            choices.Add(Chosen("--image-size", facts.ViewSize, ViewSize.Reason(facts.ViewSize, sizes)));
        bool trains = asked.Training.Epochs != 0;
        (int batch, string whyBatch) = Batch(asked, method, facts, trains);
        if (asked.Training.BatchSize == 0)
            choices.Add(Chosen("--batch-size", batch, whyBatch));
        (int epochs, string whyEpochs) = Epochs(facts.TrainImages, Steps(facts.TrainImages, batch, asked.Training.Accumulate));
        if (asked.Training.Epochs is null)
            choices.Add(Chosen("--epochs", epochs, whyEpochs));
        (int width, string whyWidth) = Width(facts);
        if (asked.Backbone.Width == 0)
            choices.Add(Chosen("--width", width, whyWidth));
        if (asked.Views.BlurProbability is null)
        {
            bool large = facts.ViewSize >= AugmentationOptions.Blurred;
            choices.Add(Chosen(
                "--blur-probability", chosen.Views.BlurProbability!,
                $"{(large ? "" : "only ")}views of {AugmentationOptions.Blurred} pixels or more are blurred"));
        }

        if (asked is { Augmentation: "textures", Views: { JitterProbability: 0, GreyProbability: 0 } })
        {
            const string Why = "brightness and colour tell surfaces apart (--augmentation textures)";
            choices.AddRange(Chosen("--jitter-probability", 0, Why), Chosen("--grey-probability", 0, Why));
        }

        // Heads that are only loaded keep the size that they usually have.
        var size = new TrainingSize(facts.TrainImages, batch);
        MethodOptions own = method.Fit(asked.MethodOptions, trains ? size : TrainingSize.Usual);
        choices.AddRange(Changes(asked.MethodOptions, own, method, size));
        chosen = chosen with
        {
            Backbone = asked.Backbone with { Width = asked.Backbone.Width > 0 ? asked.Backbone.Width : width },
            MethodOptions = own,
            Training = asked.Training with { BatchSize = batch, Epochs = asked.Training.Epochs ?? epochs },
        };
        return new ChosenOptions(chosen, choices, trains ? [.. Warnings(asked, own, method, facts, size)] : []);
    }

    /// <summary>Steps of an epoch.</summary>
    public static int Steps(int images, int batch, int accumulate) => Math.Max(1, images / batch / accumulate);

    private static (int Batch, string Reason) Batch(RunOptions asked, MethodEntry method, TrainingFacts facts, bool trains)
    {
        int images = facts.TrainImages, given = asked.Training.BatchSize;
        if (given > images)
        {
            throw new InvalidOptionException(
                $"--batch-size {given} is larger than the {images} training images of {asked.Data.Data}. Use at most {images}, or leave it "
                + "out.");
        }

        if (given > 0)
            return (given, "");

        // Where nothing is trained, a batch is only what losses are measured on: what memory holds.
        if (!trains)
            return (Math.Min(Math.Min(UsualBatch, EvaluationBatches.SizeFor(facts.ViewSize)), images), "losses alone are measured on it");
        int least = method.SmallestBatch(asked.MethodOptions);
        if (least > images)
        {
            throw new InvalidOptionException(
                $"{method.Title} with the options given needs batches of at least {least} images, and {asked.Data.Data} has {images} to "
                + $"train on. Leave its options out, so that they are chosen, or choose another --method.");
        }

        int quarter = PowerOfTwo(images / 4), batch = Math.Min(UsualBatch, Math.Max(quarter, Math.Min(SmallestBatch, images)));
        if (batch < least)
            return (least, $"{method.Title} needs as many with its options");
        return (batch, batch == UsualBatch ? "the usual batch"
            : batch > quarter ? $"{images} training images are few, and a loss compares those of a batch"
            : $"at most a quarter of the {images} training images");
    }

    private static (int Epochs, string Reason) Epochs(int images, int steps)
    {
        int enough = (EnoughSteps + steps - 1) / steps;
        if (images > ManyImages)
        {
            long seen = (long)UsualEpochs * ManyImages;
            return (
                (int)Math.Max(FewestEpochs, seen / images),
                $"as many images are seen as in {UsualEpochs} epochs of {ManyImages}, and each {FewestEpochs} times at least");
        }

        return enough <= UsualEpochs ? (UsualEpochs, $"the usual epochs, {Counted((long)UsualEpochs * steps)} steps")
            : enough <= MostEpochs ? (enough, $"an epoch has {steps} step{(steps == 1 ? "" : "s")}, and some {EnoughSteps} should be taken")
            : (MostEpochs, $"the most that is chosen: {Counted((long)MostEpochs * steps)} steps");
    }

    private static (int Width, string Reason) Width(TrainingFacts facts) => facts switch
    {
        { OnGpu: false } => (16, "suits a processor; 64, the published network, takes five to eight times as long"),
        { TrainImages: < ImagesForWidth } => (32, $"fewer than {ImagesForWidth} training images"),
        _ => (64, "the published network, on a GPU"),
    };

    private static IEnumerable<Choice> Changes(MethodOptions asked, MethodOptions chosen, MethodEntry method, TrainingSize size)
    {
        foreach (PropertyInfo property in asked.GetType().GetProperties().Where(property => property.CanWrite))
        {
            object? value = property.GetValue(chosen);
            if (Equals(value, property.GetValue(asked)))
                continue;
            bool usual = Equals(value, property.GetValue(method.Fit(asked, TrainingSize.Usual)));
            yield return Chosen(
                OptionName.Flag(property), value!,
                usual ? $"usual for {method.Title}" : $"fits {size.Images} training images in batches of {size.BatchSize}");
        }
    }

    private static IEnumerable<string> Warnings(
        RunOptions asked, MethodOptions own, MethodEntry method, TrainingFacts facts, TrainingSize size)
    {
        if (asked.Data.ImageSize == 0 && facts.Sizes is { } sizes && ViewSize.Warning(facts.ViewSize, sizes) is { } shrunk)
            yield return shrunk;
        if (size.Images < FewImages && asked.Init is null)
        {
            yield return $"{size.Images} training images are few: an encoder learns little from them alone, and soon memorises them. One "
                + "that was trained on many is a better start: --init FILE (docs/choosing.md).";
        }

        foreach (string sentence in method.Advise(own, size))
            yield return sentence;
    }

    private static Choice Chosen(string option, object value, string reason) =>
        new(option, Convert.ToString(value, CultureInfo.InvariantCulture)!, reason);

    private static string Counted(long count) => count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static int PowerOfTwo(int most) => most < 1 ? 0 : 1 << (int)Math.Log2(most);
}
