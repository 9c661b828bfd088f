using System.Runtime.InteropServices;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Recognition;
using Lethe.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Lethe.Onnx;

/// <summary>
/// An encoder that <c>lethe export --format onnx</c> wrote, run by ONNX Runtime: images in, embeddings out, without libtorch. Images are
/// decoded and resized by the code that trained it, so that it sees the same pixels; the normalisation is in the file.
/// </summary>
/// <remarks>
/// Safe to use from any number of threads at once, and one is enough for a program: calls share the weights, and each has buffers of its
/// own. Each call computes on all threads that <see cref="Load"/> was given; a server with many requests at once loads it with one or two.
/// Disposing while a call is running is an error.
/// </remarks>
public sealed class OnnxEncoder : IDisposable
{
    // A batch of floats this large keeps the processor busy; a larger one takes memory and no less time.
    private const int BatchFloats = 1 << 21;
    private const int LargestBatch = 64;
    private const int FilesAtATime = 1024;

    private readonly InferenceSession session;
    private readonly ImageTensors tensors;
    private readonly int threads;
    private bool disposed;

    private OnnxEncoder(InferenceSession session, EncoderDescription description, ImageTensors tensors, string output, int threads)
    {
        this.session = session;
        this.tensors = tensors;
        this.threads = threads;
        Description = description;
        Output = output;
        Dimension = (int)session.OutputMetadata[output].Dimensions[1];
    }

    /// <summary>What the file says of the encoder.</summary>
    public EncoderDescription Description { get; }

    /// <summary>Height and width to which images are brought, in pixels.</summary>
    public int ImageSize => Description.ImageSize;

    /// <summary>1 for grey, 3 for colour; images are converted.</summary>
    public int Channels => Description.Channels;

    /// <summary>The output that is taken.</summary>
    public string Output { get; }

    /// <summary>Numbers of an embedding.</summary>
    public int Dimension { get; }

    /// <summary>
    /// All outputs of the file: embedding, or one for each layer; logits and probabilities where there is a classifier within, of
    /// <see cref="EncoderDescription.Classes"/>.
    /// </summary>
    public IReadOnlyList<string> Outputs => [.. session.OutputNames];

    /// <summary>Loads an encoder.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="output">One of <see cref="Outputs"/>; null takes embedding, or layer4 of a file with all layers.</param>
    /// <param name="threads">How many threads a call computes with; 0 for as many as the machine has cores.</param>
    /// <returns>The encoder; the caller disposes it.</returns>
    /// <exception cref="DataException">The file is missing, or none that Lethe exported.</exception>
    /// <exception cref="InvalidOptionException">There is no such output, or the threads are negative.</exception>
    public static OnnxEncoder Load(string path, string? output = null, int threads = 0)
    {
        if (threads < 0)
            throw new InvalidOptionException($"The number of threads must be at least 1, or 0 for all cores; found {threads}.");
        InferenceSession session = OnnxFile.Open(path, threads);
        try
        {
            EncoderDescription description = OnnxFile.Describe(session, path);
            var tensors = new ImageTensors(description, OnnxFile.TakesBytes(session, path));
            OnnxFile.RequireInput(session, tensors, path);
            return new OnnxEncoder(
                session, description, tensors, OnnxFile.Choose(session, output, path), threads == 0 ? Environment.ProcessorCount : threads);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Embeds one image from memory, as an upload: JPEG, PNG, BMP, WebP or GIF.</summary>
    /// <param name="image">The bytes of the file, read to the end.</param>
    /// <returns>The embedding, <see cref="Dimension"/> numbers, not normalised.</returns>
    /// <exception cref="DataException">It is no image that can be read; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    public float[] Embed(Stream image)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return Embed(ImageFiles.Read(image, ImageSize, Channels));
    }

    /// <summary>
    /// What the graph takes for one image, for programs that run it by themselves, as a pipeline of ML.NET: decoded and resized as in
    /// training, not normalised.
    /// </summary>
    /// <param name="image">The bytes of the file, read to the end.</param>
    /// <returns>Channel by channel, row by row, from 0 to 1: [C, S, S].</returns>
    /// <exception cref="DataException">It is no image that can be read; the message says why.</exception>
    public float[] Pixels(Stream image)
    {
        var set = new ImageSet("image", [ImageFiles.Read(image, ImageSize, Channels)]);
        float[] pixels = new float[tensors.Length];
        tensors.Write(Batches(set, 1, default).Single().View(0, 0), pixels);
        return pixels;
    }

    /// <summary>Embeds one image.</summary>
    /// <param name="image">The image, of any size, grey or colour.</param>
    /// <returns>The embedding, <see cref="Dimension"/> numbers, not normalised.</returns>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    public float[] Embed(Image image)
    {
        var row = new float[1, Dimension];
        EmbedInto(row, 0, new ImageSet("image", [image]), null, default);
        return [.. Enumerable.Range(0, Dimension).Select(j => row[0, j])];
    }

    /// <summary>
    /// Embeds images in memory. For the pixels of training, read them with <see cref="ImageFiles"/> and this encoder's
    /// <see cref="ImageSize"/>: it reduces large images first.
    /// </summary>
    /// <param name="images">The images, of any sizes, grey or colour.</param>
    /// <param name="progress">Told after each batch how many images are done, on the calling thread.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One row for each image in their order, [N, d], not normalised.</returns>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[,] Embed(ImageSet images, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var rows = new float[images.Count, Dimension];
        EmbedInto(rows, 0, images, progress, cancellation);
        return rows;
    }

    /// <summary>Embeds an image file, or all images below a folder in the ordinal order of their paths.</summary>
    /// <param name="path">The file or folder. A file that cannot be read is an error.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One row for each image, [N, d], not normalised.</returns>
    /// <exception cref="InvalidOptionException">The path does not exist.</exception>
    /// <exception cref="DataException">There is no image, or one cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[,] Embed(string path, CancellationToken cancellation = default) => EmbedFolder(path, 0, null, cancellation).Rows;

    /// <summary>
    /// Embeds all images below a folder and keeps their paths, for an index or a classifier. Images are read a part at a time, so that a
    /// folder may be larger than memory.
    /// </summary>
    /// <param name="folder">The folder, searched recursively, or one file.</param>
    /// <param name="maxBadFiles">How many files may be corrupt or empty and are skipped.</param>
    /// <param name="progress">Told after each batch how many images are done, on the calling thread.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>Embeddings and paths, in the ordinal order of the paths, and the files skipped.</returns>
    /// <exception cref="InvalidOptionException">The path does not exist.</exception>
    /// <exception cref="DataException">There is no image, or too many files cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ImageEmbeddings EmbedFolder(
        string folder, int maxBadFiles = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var parts = new List<float[,]>();
        var paths = new List<string>();
        var skipped = new List<string>();
        foreach (
            (ImageSet images, IReadOnlyList<string> bad) in ImageFiles.ReadParts(
                folder, ImageSize, Channels, maxBadFiles, FilesAtATime, cancellation))
        {
            var rows = new float[images.Count, Dimension];
            int before = paths.Count;
            EmbedInto(rows, before, images, progress, cancellation);
            parts.Add(rows);
            paths.AddRange(images.Paths!);
            skipped.AddRange(bad);
        }

        return new ImageEmbeddings(Joined(parts, paths.Count), paths, skipped);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        disposed = true;
        session.Dispose();
    }

    private void EmbedInto(float[,] rows, int before, ImageSet images, IProgress<int>? progress, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        int batch = Math.Clamp(BatchFloats / tensors.Length, 1, LargestBatch), done = 0;
        Array input = tensors.AreBytes
            ? new byte[(long)Math.Min(batch, images.Count) * tensors.Length]
            : new float[(long)Math.Min(batch, images.Count) * tensors.Length];
        foreach (ViewBatch views in Batches(images, batch, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < views.N; i++)
                Write(views.View(0, i), input, i);
            Run(input, views.N, rows, done);
            done += views.N;
            progress?.Report(before + done);
        }
    }

    // One image is rendered where it is asked for: a server has threads enough.
    private IEnumerable<ViewBatch> Batches(ImageSet images, int batch, CancellationToken cancellation)
    {
        if (images.Count != 1)
            return EvaluationBatches.Plain(images, tensors.Augmenter, batch, threads, cancellation);
        var view = new ViewBatch(1, 1, tensors.Augmenter.Size, tensors.Augmenter.Channels);
        tensors.Augmenter.RenderPlain(images[0], view.View(0, 0));
        return [view];
    }

    private void Write(ReadOnlySpan<float> view, Array input, int place)
    {
        if (input is byte[] bytes)
            ImageTensors.Write(view, bytes.AsSpan(place * tensors.Length, tensors.Length));
        else
            tensors.Write(view, ((float[])input).AsSpan(place * tensors.Length, tensors.Length));
    }

    private void Run(Array input, int n, float[,] rows, int from)
    {
        long[] shape = tensors.Shape(n);
        using OrtValue given = input is byte[] bytes
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, bytes.AsMemory(0, n * tensors.Length), shape)
            : OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, ((float[])input).AsMemory(0, n * tensors.Length), shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> found = session.Run(options, [session.InputNames[0]], [given], [Output]);
        ReadOnlySpan<float> values = found[0].GetTensorDataAsSpan<float>(); // [n, d]
        for (int i = 0; i < n; i++)
            values.Slice(i * Dimension, Dimension).CopyTo(Row(rows, from + i));
    }

    private static Span<float> Row(float[,] rows, int row) =>
        MemoryMarshal.CreateSpan(ref rows[row, 0], rows.GetLength(1));

    private float[,] Joined(List<float[,]> parts, int count)
    {
        if (parts.Count == 1)
            return parts[0];
        var rows = new float[count, Dimension];
        int done = 0;
        foreach (float[,] part in parts)
        {
            for (int i = 0; i < part.GetLength(0); i++)
                Row(part, i).CopyTo(Row(rows, done + i));
            done += part.GetLength(0);
        }

        return rows;
    }
}
