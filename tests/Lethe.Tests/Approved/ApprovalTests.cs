using Xunit.Sdk;

namespace Lethe.Tests.Approved;

public class ApprovalTests
{
    [Fact]
    public void Matches_OtherText_FailsAndLeavesItBeside()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "one\ntwo\n");
        var error = Assert.ThrowsAny<XunitException>(() => Approval.Matches(folder.Path, "a.txt", "one\nthree\n", approve: false));
        Assert.Contains("- two\n+ three\n", error.Message, StringComparison.Ordinal);
        Assert.Contains("LETHE_APPROVE=1", error.Message, StringComparison.Ordinal);
        Assert.Equal("one\nthree\n", File.ReadAllText(folder["a.received.txt"]));
        Assert.Equal("one\ntwo\n", File.ReadAllText(folder["a.txt"]));
    }

    [Fact]
    public void Matches_OtherTextToApprove_BecomesTheApprovedOne()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.received.txt"], "of a failure before");
        Approval.Matches(folder.Path, "a.txt", "one\r\n", approve: true);
        Approval.Matches(folder.Path, "a.txt", "one", approve: false);
        Assert.Equal(["a.txt"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }
}
