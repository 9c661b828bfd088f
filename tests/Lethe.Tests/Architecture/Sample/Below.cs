namespace Lethe.Tests.Architecture.Sample.Below
{
    internal static class Foundation
    {
        public static int Value => 1;
    }

    // Breaks the rule only inside a lambda, where it is easiest to miss.
    internal static class Climber
    {
        public static Func<int> Reach() => () => Above.Roof.Height;
    }
}

namespace Lethe.Tests.Architecture.Sample.Above
{
    internal static class Roof
    {
        public static int Height => Below.Foundation.Value + 1;
    }

    internal static class Tensors
    {
        public static void Use()
        {
            using TorchSharp.torch.Tensor one = TorchSharp.torch.ones(1);
        }
    }
}

namespace Lethe.Tests.Architecture.Sample.Unknown
{
    internal static class Stray;
}
