namespace Lethe.Training;

/// <summary>
/// Learning rate as a closed form of the step: base·t/W for t &lt; W, then base·½(1 + cos(π(t − W)/(T − W))), so that
/// lr(0) = 0 (with a warm-up), lr(W) = base and lr(T) = 0.
/// </summary>
/// <param name="Base">The peak.</param>
/// <param name="WarmUpSteps">W, not negative.</param>
/// <param name="TotalSteps">T, more than W.</param>
internal sealed record WarmUpCosine(double Base, long WarmUpSteps, long TotalSteps)
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">t, from 0 to T.</param>
    /// <returns>The rate.</returns>
    public double At(long step) => step < WarmUpSteps
        ? Base * step / WarmUpSteps
        : Base * 0.5 * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / (TotalSteps - WarmUpSteps)));
}
