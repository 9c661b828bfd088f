using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public class MachineTests
{
    [Theory]
    [InlineData("gpu", 1)]
    [InlineData("cpu:0", 1)]
    [InlineData("cuda:x", 1)]
    [InlineData("cuda:-1", 1)]
    [InlineData("cuda:0:0", 1)]
    [InlineData("cpu", -1)]
    [InlineData("cpu", 2000)]
    public void Prepare_BadValues_SaysWhatToUse(string device, int threads) =>
        Assert.Matches(
            "Use cpu, cuda or cuda:N|--device cpu|between 1 and 1024",
            Assert.Throws<InvalidOptionException>(() => new Machine { Device = device, Threads = threads }.Prepare()).Message);

    [Fact]
    public void Prepare_Processor_SetsTheThreads()
    {
        Assert.Equal(TorchSharp.DeviceType.CPU, new Machine { Threads = 1 }.Prepare().type);
        Assert.Equal(1, TorchSharp.torch.get_num_threads());
        Assert.Equal(Environment.ProcessorCount, new Machine().ThreadCount());
        Assert.Equal((1, "cpu"), (new Machine { Threads = 1 }.Describe().Threads, new Machine { Threads = 1 }.Describe().Device));
    }
}
