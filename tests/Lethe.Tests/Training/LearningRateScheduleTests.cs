using Lethe.Training;

namespace Lethe.Tests.Training;

public class LearningRateScheduleTests
{
    [Fact]
    public void At_Landmarks_IsTheClosedForm()
    {
        var schedule = new LearningRateSchedule(0.3, 10, 110);
        Assert.Equal(0, schedule.At(0));
        Assert.Equal(0.15, schedule.At(5), 1e-15);
        Assert.Equal(0.3, schedule.At(10), 1e-15);
        Assert.Equal(0.15 * (1 + Math.Sqrt(0.5)), schedule.At(35), 1e-15); // a quarter of the way: cos π/4
        Assert.Equal(0.15, schedule.At(60), 1e-15);
        Assert.Equal(0, schedule.At(110), 1e-15);
    }

    [Fact]
    public void At_Constant_StaysAtThePeakToTheEnd()
    {
        var schedule = new LearningRateSchedule(0.3, 10, 110, "constant");
        Assert.Equal([0, 0.15, 0.3, 0.3, 0.3], new long[] { 0, 5, 10, 60, 110 }.Select(schedule.At));
    }

    [Fact]
    public void At_Step_FallsToAFifthTwiceNearTheEnd()
    {
        var schedule = new LearningRateSchedule(1, 0, 1000, "step");
        Assert.Equal([1, 1, 0.2, 0.2, 0.04, 0.04], new long[] { 0, 949, 950, 974, 975, 1000 }.Select(schedule.At));
    }

    [Fact]
    public void At_NoWarmUp_BeginsAtThePeakAndFalls()
    {
        var schedule = new LearningRateSchedule(1, 0, 7);
        double[] rates = [.. Enumerable.Range(0, 8).Select(step => schedule.At(step))];
        Assert.Equal(1, rates[0]);
        Assert.Equal(rates.OrderDescending(), rates);
        Assert.Equal(0, rates[7], 1e-15);
    }
}
