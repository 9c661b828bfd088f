using Lethe.Runtime;
using TorchSharp;

namespace Lethe.Tests;

/// <summary>
/// Tests that set what belongs to the whole process, such as torch's generator, its threads and its count of live tensors. They run alone,
/// one after the other, on one thread, so that bits can be compared.
/// </summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class TorchCollection : ICollectionFixture<TorchCollection.OneThread>
{
    public sealed class OneThread
    {
        public OneThread()
        {
            TorchRuntime.Prepare();
            torch.set_num_threads(1);
        }
    }
}
