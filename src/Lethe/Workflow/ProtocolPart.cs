using Lethe.Data;
using Lethe.Evaluation.Protocols;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>A protocol with the images that it works on, divided once, or once for each domain.</summary>
/// <param name="Name">The protocol's name.</param>
/// <param name="Protocol">The protocol with its options.</param>
/// <param name="Target">The other data set; null for the encoder's own.</param>
/// <param name="Fingerprint">That of the images.</param>
/// <param name="Folds">What is fitted on and what is measured on, at least once.</param>
internal sealed record ProtocolPart(
    string Name, Protocol Protocol, string? Target, string Fingerprint, IReadOnlyList<ProtocolPart.Fold> Folds)
{
    // Enough for a share of them to be a share worth drawing.
    private const int QuickTrainImages = 2000;

    /// <summary>Reads and divides the images of all protocols, and looks for what would make one fail, before long work starts.</summary>
    /// <param name="plan">The protocols.</param>
    /// <param name="own">The encoder's own data set.</param>
    /// <param name="network">The encoder's network, whatever its weights.</param>
    /// <param name="threads">Threads that draw images.</param>
    /// <param name="progress">Told how far reading has come.</param>
    /// <param name="cancellation">Stops soon.</param>
    /// <returns>A part for each protocol that can use its images, in order; of the others it is said why not.</returns>
    /// <exception cref="LetheException">Images cannot be used, or none of the protocols can use them.</exception>
    public static ProtocolPart[] All(
        ProtocolPlan plan, DataSplits own, ResNet network, int threads, IProgress<WorkflowProgress>? progress,
        CancellationToken cancellation)
    {
        ProtocolRunOptions options = plan.Options;
        bool Needs(ProtocolImages images) => plan.Protocols.Any(protocol => protocol.Entry.Images == images);
        DataSplits? target = Needs(ProtocolImages.Target)
            ? Session.Read(
                new DataOptions { Data = options.Target!, DataRoot = options.TargetRoot, ImageSize = own.ImageSize }, options.Seed,
                progress, cancellation)
            : null;
        DomainSet? domains = Needs(ProtocolImages.Domains) ? ReadDomains(options, own.ImageSize, progress, cancellation) : null;
        ProtocolPart[] parts =
        [
            .. plan.Protocols.Select(protocol => protocol.Entry.Images switch
            {
                ProtocolImages.Target => OfTarget(protocol, target!, options),
                ProtocolImages.Domains => OfDomains(protocol, domains!, options),
                ProtocolImages.Generated => OfGenerated(protocol, network, threads, cancellation),
                _ => OfOwn(protocol, own, options),
            }),
        ];
        (ProtocolPart Part, LetheException? Against)[] checkedParts = [.. parts.Select(part => (part, Against(part)))];
        ProtocolPart[] able = [.. checkedParts.Where(one => one.Against is null).Select(one => one.Part)];
        foreach ((ProtocolPart part, LetheException? against) in checkedParts)
        {
            if (able.Length == 0)
                throw against!;
            if (against is not null)
                progress?.Report(new WorkflowProgress("", 0, 0, "", $"Left out: --protocol {part.Name}. {against.Message}"));
        }

        return able;
    }

    // One protocol that these images do not allow is no reason against the others.
    private static LetheException? Against(ProtocolPart part)
    {
        try
        {
            foreach (Fold fold in part.Folds)
                ProtocolRunner.Check(part.Protocol, fold.Fitting, fold.Test);
            return null;
        }
        catch (LetheException error)
        {
            return error;
        }
    }

    private static DomainSet ReadDomains(
        ProtocolRunOptions options, int imageSize, IProgress<WorkflowProgress>? progress, CancellationToken cancellation) =>
        DomainFolders.Read(
        options.Target![DomainFolders.Prefix.Length..],
        imageSize,
        progress: progress is null ? null : new Forward<DataProgress>(
            p => progress.Report(new WorkflowProgress(p.Stage, p.Done, p.Total, ""))),
        cancel: cancellation);

    private static ProtocolPart OfOwn((ProtocolEntry Entry, Protocol Protocol) protocol, DataSplits data, ProtocolRunOptions options) =>
        new(
        protocol.Entry.Name,
        protocol.Protocol,
        null,
        data.Fingerprint,
        [
            new Fold(
                "",
                new FittingImages(
                    data.Source, First(data.Train, options.Quick ? QuickTrainImages : 0), First(data.Probe, options.FitImages)),
                First(data.Test, options.MeasureImages)),
        ]);

    private static ProtocolPart OfTarget((ProtocolEntry Entry, Protocol Protocol) protocol, DataSplits data, ProtocolRunOptions options)
    {
        // Nothing was trained on a target without labels, so that all but its test part may be fitted on.
        ImageSet images = First(data.Train.Join("training", data.Probe), options.FitImages);
        return new ProtocolPart(
            protocol.Entry.Name, protocol.Protocol, data.Source, data.Fingerprint,
            [new Fold("", new FittingImages(data.Source, images, images), First(data.Test, options.MeasureImages))]);
    }

    private static ProtocolPart OfDomains(
        (ProtocolEntry Entry, Protocol Protocol) protocol, DomainSet domains, ProtocolRunOptions options) => new(
        protocol.Entry.Name,
        protocol.Protocol,
        options.Target,
        Data.Fingerprint.Of(domains.Images),
        [
            .. domains.DomainNames.Select(domain =>
            {
                (ImageSet others, ImageSet own) = domains.LeaveOut(domain);
                ImageSet fitted = First(Shuffled(others, options.Seed), options.FitImages);
                return new Fold(
                    domain, new FittingImages(domains.Images.Name, fitted, fitted),
                    First(Shuffled(own, options.Seed), options.MeasureImages));
            }),
        ]);

    private static ProtocolPart OfGenerated(
        (ProtocolEntry Entry, Protocol Protocol) protocol, ResNet network, int threads, CancellationToken cancellation)
    {
        (FittingImages fitting, ImageSet test) = ((GeneratingProtocol)protocol.Protocol).Draw(
            network.ImageSize, network.Stride, threads, cancellation);
        return new ProtocolPart(
            protocol.Entry.Name, protocol.Protocol, null, Data.Fingerprint.Of(fitting.Train, fitting.Probe, test),
            [new Fold("", fitting, test)]);
    }

    // The images of a folder stand in the order of their classes; some of them must be some of each.
    private static ImageSet Shuffled(ImageSet images, ulong seed) =>
        images.Subset(images.Name, new RandomStream(RandomStream.Derive(seed, (ulong)images.Count)).Permutation(images.Count));

    private static ImageSet First(ImageSet images, int most) =>
        most == 0 || most >= images.Count ? images : images.Subset(images.Name, [.. Enumerable.Range(0, most)]);

    /// <summary>What is fitted on and what is measured on.</summary>
    /// <param name="Domain">The domain that is left out; empty where none is.</param>
    /// <param name="Fitting">What may be fitted on.</param>
    /// <param name="Test">What is measured on.</param>
    internal sealed record Fold(string Domain, FittingImages Fitting, ImageSet Test);
}
