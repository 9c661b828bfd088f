using System.Text.Json.Nodes;
using Lethe.Numerics;
using Lethe.Recognition;
using Lethe.Runtime;

namespace Lethe.Tests.Recognition;

public sealed class EmbeddingClassifierTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(2, 2, 8)]
    [InlineData(3, 5, 64)]
    [InlineData(10, 20, 16)]
    [InlineData(150, 3, 32)]
    public void Train_ClassesThatLieApart_AreTold(int classes, int perClass, int dimension)
    {
        (float[,] rows, int[] labels) = Clouds.Make(perClass, classes, dimension, 3, seed: 11);
        (float[,] test, int[] truth) = Clouds.Make(4, classes, dimension, 3, seed: 12);
        EmbeddingClassifier classifier = EmbeddingClassifier.Train(rows, labels, Clouds.Names(classes));
        IReadOnlyList<Classification> found = classifier.Classify(test);
        Assert.InRange(found.Zip(truth).Count(pair => pair.First.Class == pair.Second), (int)(0.95 * truth.Length), truth.Length);
        Assert.All(found, one => Assert.Equal($"class {one.Class}", one.Label));
        Assert.All(found, one => Assert.False(one.Rejected));
        CrossValidation validation = classifier.Validation;
        Assert.Equal(labels.Length, validation.Images);
        Assert.InRange(validation.Accuracy, validation.Low, validation.High);
        Assert.Equal(labels.Length, validation.Confusion.Cast<int>().Sum());
        Assert.Equal(validation.Accuracy, validation.Predictions.Zip(labels).Average(pair => pair.First.Class == pair.Second ? 1.0 : 0), 1e-12);
    }

    /// <summary>Where labels mean nothing, cross-validation must say so: strength and calibration may not be chosen by the held-out images.</summary>
    [Fact]
    public void Validation_OfLabelsThatMeanNothing_IsChance()
    {
        double[] accuracies =
        [
            .. Enumerable.Range(0, 12).Select(seed =>
            {
                (float[,] rows, int[] labels) = Clouds.Make(30, 2, 50, 0, seed: (ulong)(100 + seed));
                return EmbeddingClassifier.Train(rows, labels, Clouds.Names(2)).Validation.Accuracy;
            }),
        ];
        Assert.InRange(accuracies.Average(), 0.42, 0.55); // ±3 standard errors, and a little less than half: what is held out is missing elsewhere
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.5)]
    public void Confidence_OfManyImages_IsHowOftenTheyAreRight(double apart)
    {
        (float[,] rows, int[] labels) = Clouds.Make(40, 5, 10, apart / Math.Sqrt(2), seed: 13);
        (float[,] test, int[] truth) = Clouds.Make(600, 5, 10, apart / Math.Sqrt(2), seed: 14);
        EmbeddingClassifier classifier = EmbeddingClassifier.Train(rows, labels, Clouds.Names(5));
        IReadOnlyList<Classification> found = classifier.Classify(test);
        bool[] right = [.. found.Zip(truth, (one, label) => one.Class == label)];
        Assert.InRange(right.Average(one => one ? 1.0 : 0), classifier.Validation.Low - 0.03, classifier.Validation.High + 0.03);
        Assert.InRange(Calibration.Error([.. found.Select(one => one.Confidence)], right), 0, 0.05);
        for (int i = 0; i < 20; i++)
        {
            double[] probabilities = classifier.Probabilities(Clouds.Row(test, i));
            Assert.Equal(1, probabilities.Sum(), 1e-9);
            Assert.Equal(found[i].Confidence, probabilities.Max(), 1e-12);
        }
    }

    [Fact]
    public void TargetAccuracy_ThatCanBeReached_IsReachedOnOtherImages()
    {
        (float[,] rows, int[] labels) = Clouds.Make(60, 4, 10, 0.6, seed: 15);
        (float[,] test, int[] truth) = Clouds.Make(500, 4, 10, 0.6, seed: 16);
        EmbeddingClassifier classifier =
            EmbeddingClassifier.Train(rows, labels, Clouds.Names(4), new ClassifierOptions { TargetAccuracy = 0.9 });
        (Classification Found, int Truth)[] accepted = [.. classifier.Classify(test).Zip(truth).Where(pair => !pair.First.Rejected)];
        Assert.InRange(classifier.Validation.Accuracy, 0, 0.89);
        Assert.InRange((double)accepted.Length / truth.Length, 0.2, 0.95);
        Assert.InRange(accepted.Average(pair => pair.Found.Class == pair.Truth ? 1.0 : 0), 0.86, 1);
        Assert.Equal((double)accepted.Length / truth.Length, classifier.Validation.Accepted, 0.12);
        Assert.InRange(classifier.Validation.AcceptedAccuracy!.Value, 0.84, 1);
    }

    [Fact]
    public void TargetAccuracy_OutOfReach_RejectsEverything()
    {
        (float[,] rows, int[] labels) = Clouds.Make(20, 2, 4, 0, seed: 17);
        EmbeddingClassifier classifier =
            EmbeddingClassifier.Train(rows, labels, Clouds.Names(2), new ClassifierOptions { TargetAccuracy = 1 });
        Assert.All(classifier.Classify(rows), one => Assert.True(one.Rejected || one.Confidence > 0.9));
        classifier.Save(folder["all.json"]);
        Assert.Equal(classifier.RejectBelow, EmbeddingClassifier.Load(folder["all.json"]).RejectBelow);
    }

    [Fact]
    public void NovelShare_OfForeignImages_RejectsThemAndFewOthers()
    {
        (float[,] rows, int[] labels) = Clouds.Make(50, 3, 20, 2, seed: 18);
        (float[,] known, _) = Clouds.Make(200, 3, 20, 2, seed: 19);
        (float[,] foreign, _) = Clouds.Make(200, 3, 20, 2, seed: 20, centreSeed: 99);
        EmbeddingClassifier classifier =
            EmbeddingClassifier.Train(rows, labels, Clouds.Names(3), new ClassifierOptions { NovelShare = 0.05 });
        Assert.InRange(classifier.Classify(known).Count(one => one.Rejected), 0, 80);
        Assert.InRange(classifier.Classify(foreign).Count(one => one.Rejected), 570, 600);
        Assert.All(classifier.Classify(foreign), one => Assert.Equal(one.Rejected, one.Novelty > 1));
        Assert.InRange(classifier.Validation.Accepted, 0.94, 0.96);
    }

    [Fact]
    public void Train_Again_GivesTheSameBits()
    {
        (float[,] rows, int[] labels) = Clouds.Make(12, 5, 30, 0.5, seed: 21);
        EmbeddingClassifier.Train(rows, labels, Clouds.Names(5), encoder: "abc layer4").Save(folder["one.json"]);
        EmbeddingClassifier.Train(rows, labels, Clouds.Names(5), encoder: "abc layer4").Save(folder["two.json"]);
        Assert.Equal(File.ReadAllBytes(folder["one.json"]), File.ReadAllBytes(folder["two.json"]));
    }

    [Fact]
    public void SaveAndLoad_PredictBitForBit()
    {
        (float[,] rows, int[] labels) = Clouds.Make(12, 5, 30, 0.5, seed: 22);
        var options = new ClassifierOptions { TargetAccuracy = 0.8, NovelShare = 0.1 };
        EmbeddingClassifier trained = EmbeddingClassifier.Train(rows, labels, ["á", "b \"quoted\"", "c", "d", "e"], options, "abc layer4");
        trained.Save(folder["c.json"]);
        EmbeddingClassifier loaded = EmbeddingClassifier.Load(folder["c.json"]);
        Assert.Equal(trained.Classify(rows), loaded.Classify(rows));
        Assert.Equal(trained.ClassNames, loaded.ClassNames);
        Assert.Equal("abc layer4", loaded.Encoder);
        Assert.Equal(trained.Validation with { Predictions = [], Confusion = null! }, loaded.Validation with { Predictions = [], Confusion = null! });
        Assert.Equal(trained.Validation.Confusion, loaded.Validation.Confusion);
    }

    [Fact]
    public void Load_WhatIsNoClassifier_SaysWhy()
    {
        (float[,] rows, int[] labels) = Clouds.Make(4, 2, 3, 1, seed: 23);
        EmbeddingClassifier.Train(rows, labels, Clouds.Names(2)).Save(folder["good.json"]);
        string good = File.ReadAllText(folder["good.json"]);
        foreach (
            (string text, string expected) in new[]
            {
                ("", "is no classifier"), ("null", "it is null"), ("[1]", "is no classifier"), (good[..^20], "is no classifier"),
                (Changed(json => json["kind"] = "other"), "does not say"), (Changed(json => json["format"] = 2), "format 2"),
                (Changed(json => json.Remove("bias")), "is no classifier"), (Changed(json => json["mean"] = new JsonArray(1, 2)), "do not fit"),
                (Changed(json => json["weights"] = new JsonArray(new JsonArray(1, 2, 3))), "do not fit"),
                (Changed(json => json["classes"] = new JsonArray("a", null)), "do not fit"),
                (Changed(json => json["directions"] = null), "do not fit"), (Changed(json => json["sharpness"] = 0), "do not fit"),
                (Changed(json => json["validation"] = null), "do not fit"),
            })
        {
            File.WriteAllText(folder["bad.json"], text);
            string message = Assert.Throws<DataException>(() => EmbeddingClassifier.Load(folder["bad.json"])).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
        }

        Assert.Contains(
            "none.json", Assert.Throws<DataException>(() => EmbeddingClassifier.Load(folder["none.json"])).Message, StringComparison.Ordinal);

        string Changed(Action<JsonObject> change)
        {
            JsonObject json = JsonNode.Parse(good)!.AsObject();
            change(json);
            return json.ToJsonString();
        }
    }

    [Fact]
    public void Train_TooFewImages_NamesTheClass()
    {
        var rows = new float[,] { { 1, 2 }, { 2, 1 }, { 3, 3 } };
        Assert.Contains(
            "'b' has one image", Assert.Throws<DataException>(() => EmbeddingClassifier.Train(rows, [0, 0, 1], ["a", "b"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'c' has no image", Assert.Throws<DataException>(() => EmbeddingClassifier.Train(new float[4, 1], [0, 0, 1, 1], ["a", "b", "c"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "only 'a'", Assert.Throws<DataException>(() => EmbeddingClassifier.Train(rows, [0, 0, 0], ["a"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Misuse_OfAClassifier_SaysWhatWasExpected()
    {
        (float[,] rows, int[] labels) = Clouds.Make(4, 2, 3, 1, seed: 24);
        EmbeddingClassifier classifier = EmbeddingClassifier.Train(rows, labels, Clouds.Names(2));
        Assert.Contains("3 numbers", Assert.Throws<ArgumentException>(() => classifier.Classify([1, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => classifier.Classify([1, 2, float.NaN]));
        Assert.Throws<ArgumentException>(() => EmbeddingClassifier.Train(rows, [0, 1], Clouds.Names(2)));
        Assert.Throws<ArgumentException>(() => EmbeddingClassifier.Train(rows, [.. labels.Select(label => label + 1)], Clouds.Names(2)));
        Assert.Throws<InvalidOptionException>(() => EmbeddingClassifier.Train(rows, labels, Clouds.Names(2), new ClassifierOptions { Folds = 1 }));
        rows[2, 1] = float.NaN;
        Assert.Contains(
            "row 2", Assert.Throws<DataException>(() => EmbeddingClassifier.Train(rows, labels, Clouds.Names(2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_FeaturesThatNeverChange_TakeNoPart()
    {
        (float[,] rows, int[] labels) = Clouds.Make(10, 2, 4, 3, seed: 25);
        for (int i = 0; i < labels.Length; i++)
            (rows[i, 1], rows[i, 3]) = (0.1f, 0);
        EmbeddingClassifier classifier = EmbeddingClassifier.Train(rows, labels, Clouds.Names(2));
        float[] row = Clouds.Row(rows, 0), other = [.. row];
        (other[1], other[3]) = (1e6f, -1e6f);
        Assert.Equal(classifier.Probabilities(row), classifier.Probabilities(other));
        Assert.True(classifier.Classify(other).Novelty > classifier.Classify(row).Novelty); // but never seen before

        // Nothing that changes at all: every class is as likely.
        EmbeddingClassifier blind = EmbeddingClassifier.Train(new float[8, 3], [0, 1, 0, 1, 0, 1, 0, 1], Clouds.Names(2));
        Assert.Equal(0.5, blind.Classify([1, 2, 3]).Confidence, 0.01);
    }

    [Fact]
    public void Folds_Drawn_HaveEachClassAlike()
    {
        int[] truth = [.. Enumerable.Repeat(0, 23).Concat(Enumerable.Repeat(1, 2)).Concat(Enumerable.Repeat(2, 10))];
        int[] parts = Folds.Draw(truth, ["a", "b", "c"], 5, seed: 3);
        for (int part = 0; part < 5; part++)
        {
            int[] inside = [.. Enumerable.Range(0, truth.Length).Where(i => parts[i] == part)];
            Assert.Equal(7, inside.Length);
            Assert.InRange(inside.Count(i => truth[i] == 0), 4, 5);
            Assert.InRange(inside.Count(i => truth[i] == 1), 0, 1);
            Assert.Equal(2, inside.Count(i => truth[i] == 2));
        }

        Assert.NotEqual(parts, Folds.Draw(truth, ["a", "b", "c"], 5, seed: 4));
    }

    [Fact]
    public void Calibration_OfScoresTooSharp_DullsThem()
    {
        // Scores that are three times as sharp as the truth: log odds of a logistic variable.
        var random = new RandomStream(26);
        var scores = new DenseMatrix(4000, 2);
        int[] truth = new int[4000];
        for (int i = 0; i < truth.Length; i++)
        {
            double odds = 2 * random.NextGaussian();
            truth[i] = random.NextDouble() < 1 / (1 + Math.Exp(-odds)) ? 1 : 0;
            scores.Row(i)[1] = 3 * odds;
        }

        Assert.Equal(1.0 / 3, Calibration.Fit(scores, truth, [.. Enumerable.Range(0, truth.Length)]).Sharpness, 0.03);
    }
}
