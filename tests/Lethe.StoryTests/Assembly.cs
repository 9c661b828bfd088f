using Lethe.Tests;
using Xunit.Sdk;
using Xunit.v3;

// Whole verbs and runs, one after the other on one thread. They are an assembly apart so that they run beside the tests of the rooms, in a process
// whose torch nobody else sets.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(TorchCollection.OneThread))]
