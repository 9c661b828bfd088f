namespace Lethe.Training;

/// <summary>
/// Learning rate as a closed form of the step: base·t/W for t &lt; W, so that lr(0) = 0 with a warm-up and lr(W) = base, and from there
/// one of three courses.
/// </summary>
/// <param name="Base">The peak.</param>
/// <param name="WarmUpSteps">W, not negative.</param>
/// <param name="TotalSteps">T, more than W.</param>
/// <param name="Course">One of <see cref="Names"/>.</param>
internal sealed record LearningRateSchedule(double Base, long WarmUpSteps, long TotalSteps, string Course = LearningRateSchedule.Cosine)
{
    /// <summary>base·½(1 + cos(π(t − W)/(T − W))): lr(T) = 0.</summary>
    public const string Cosine = "cosine";

    /// <summary>base to the end.</summary>
    public const string Constant = "constant";

    /// <summary>
    /// base, then a fifth of it in the last twentieth of the steps and a fifth of that in the last fortieth: 50 and 25 of 1 000 epochs, as
    /// in the code of W-MSE (Ermolov 2021, 2007.06346).
    /// </summary>
    public const string Drops = "step";

    /// <summary>The courses.</summary>
    public static readonly IReadOnlyList<string> Names = [Cosine, Constant, Drops];

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">t, from 0 to T.</param>
    /// <returns>The rate.</returns>
    public double At(long step) => step < WarmUpSteps ? Base * step / WarmUpSteps : Course switch
    {
        Constant => Base,
        Drops => Base * (40 * (TotalSteps - step) <= TotalSteps ? 0.04 : 20 * (TotalSteps - step) <= TotalSteps ? 0.2 : 1),
        _ => Base * 0.5 * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / (TotalSteps - WarmUpSteps))),
    };
}
