using Lethe.Runtime;
using PublicApiGenerator;

namespace Lethe.Tests.Approved;

public class PublicApiTests
{
    [Fact]
    public void Library_PublicApi_IsAsApproved() =>
        Approval.Matches("PublicApi.txt", typeof(TorchRuntime).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }));
}
