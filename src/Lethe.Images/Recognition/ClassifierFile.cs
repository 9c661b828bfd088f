using System.Text.Json;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Recognition;

/// <summary>A classifier as one JSON file.</summary>
internal static class ClassifierFile
{
    private const string Kind = "lethe classifier";
    private const int Format = 1;
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    /// <exception cref="RunException">The file cannot be written.</exception>
    public static void Write(string path, ClassifierContents contents)
    {
        CrossValidation found = contents.Validation;
        var stored = new Stored(
            Kind, Format, contents.ClassNames, contents.Encoder, contents.Scale.Mean, contents.Scale.Scale, Lists(contents.Weights),
            contents.Bias, contents.Sharpness, contents.Strength, Lists(contents.Directions), contents.Radius, contents.RejectsNovel,
            contents.RejectBelow,
            new StoredValidation(
                found.Images, found.Folds, found.Accuracy, found.Low, found.High, found.MeanClassAccuracy, found.CalibrationError,
                found.Accepted, found.AcceptedAccuracy, Lists(found.Confusion)));
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, stored, Options));
    }

    /// <exception cref="DataException">The file is missing or no classifier.</exception>
    public static ClassifierContents Read(string path)
    {
        Stored stored;
        try
        {
            using FileStream stream = File.OpenRead(path);
            stored = JsonSerializer.Deserialize<Stored>(stream, Options) ?? throw NoClassifier(path, "it is null");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"Cannot read {path}: {error.Message} Give the path of a classifier.", error);
        }
        catch (JsonException error)
        {
            throw NoClassifier(path, error.Message, error);
        }

        if (stored.Kind != Kind)
            throw NoClassifier(path, $"it does not say that it is a '{Kind}'");
        if (stored.Format != Format)
            throw new DataException(
                $"{path} is a classifier of format {stored.Format}; this version reads format {Format}. Use the version that wrote it, "
                + "or train again.");
        int classes = stored.Classes?.Length ?? 0, dimension = stored.Mean?.Length ?? 0;
        StoredValidation? found = stored.Validation;
        bool whole = classes >= 2 && dimension >= 1 && stored.Classes!.All(name => name is not null)
            && stored.Scale?.Length == dimension && stored.Bias?.Length == classes
            && IsMatrix(stored.Weights, classes, dimension) && IsMatrix(stored.Directions, classes, dimension)
            && found is not null && IsMatrix(found.Confusion, classes, classes) && stored.Sharpness > 0 && stored.Radius > 0;
        if (!whole)
            throw NoClassifier(path, $"its parts do not fit {classes} classes and {dimension} numbers");
        return new ClassifierContents
        {
            ClassNames = stored.Classes!,
            Scale = new FeatureScale(stored.Mean!, stored.Scale!),
            Weights = Matrix(stored.Weights!),
            Bias = stored.Bias!,
            Sharpness = stored.Sharpness,
            Strength = stored.Strength,
            Directions = Matrix(stored.Directions!),
            Radius = stored.Radius,
            RejectsNovel = stored.RejectsNovel,
            RejectBelow = stored.RejectBelow,
            Encoder = stored.Encoder,
            Validation = new CrossValidation
            {
                Images = found!.Images,
                Folds = found.Folds,
                Accuracy = found.Accuracy,
                Low = found.Low,
                High = found.High,
                MeanClassAccuracy = found.MeanClassAccuracy,
                CalibrationError = found.CalibrationError,
                Accepted = found.Accepted,
                AcceptedAccuracy = found.AcceptedAccuracy,
                Confusion = Matrix(found.Confusion!),
                Predictions = [],
            },
        };
    }

    private static DataException NoClassifier(string path, string why, Exception? inner = null) =>
        new($"{path} is no classifier: {why}. Give a file that a classifier was written to, or train again.", inner);

    private static bool IsMatrix<T>(T[][]? lists, int rows, int columns) =>
        lists?.Length == rows && lists.All(row => row?.Length == columns);

    private static T[][] Lists<T>(T[,] matrix) =>
    [
        .. Enumerable.Range(0, matrix.GetLength(0)).Select(
            i => Enumerable.Range(0, matrix.GetLength(1)).Select(j => matrix[i, j]).ToArray()),
    ];

    private static T[,] Matrix<T>(T[][] lists)
    {
        var matrix = new T[lists.Length, lists[0].Length];
        for (int i = 0; i < lists.Length; i++)
        {
            for (int j = 0; j < lists[i].Length; j++)
                matrix[i, j] = lists[i][j];
        }

        return matrix;
    }

    private sealed record Stored(
        string Kind, int Format, string[]? Classes, string? Encoder, float[]? Mean, float[]? Scale, float[][]? Weights, float[]? Bias,
        double Sharpness, double Strength, float[][]? Directions, double Radius, bool RejectsNovel, double RejectBelow,
        StoredValidation? Validation);

    private sealed record StoredValidation(
        int Images, int Folds, double Accuracy, double Low, double High, double MeanClassAccuracy, double CalibrationError, double Accepted,
        double? AcceptedAccuracy, int[][]? Confusion);
}
