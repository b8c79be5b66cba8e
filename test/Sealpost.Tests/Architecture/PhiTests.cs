using Sealpost.Trust.Sealing;

namespace Sealpost.Tests.Architecture;

public sealed class PhiTests
{
    [Fact]
    public void A_clear_value_never_prints_itself() =>
        Assert.Equal("[phi]", $"{new Phi<string>("someone@example.com")}");
}
