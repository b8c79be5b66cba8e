using System.Text;

namespace Sealpost.Tests.App;

public sealed class PhiSearchTests
{
    private const string Value = "Quillfeather";

    public static TheoryData<string> Hidden()
    {
        var utf8 = Encoding.UTF8.GetBytes("x" + Value + "yz");
        return
        [
            "before " + Value + " after",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Value)),
            Convert.ToBase64String(utf8),
            Convert.ToBase64String(Encoding.UTF8.GetBytes("xy" + Value + "z")),
            Convert.ToHexString(utf8),
            Convert.ToHexStringLower(utf8),
        ];
    }

    [Theory]
    [MemberData(nameof(Hidden))]
    public void A_value_is_found_however_it_is_written(string text) =>
        Assert.NotEmpty(new PhiSearch([Value]).Find("here", Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_value_is_found_in_both_orders_of_UTF_16()
    {
        Assert.NotEmpty(new PhiSearch([Value]).Find("here", Encoding.Unicode.GetBytes(Value)));
        Assert.NotEmpty(new PhiSearch([Value]).Find("here", Encoding.BigEndianUnicode.GetBytes(Value)));
    }

    [Fact]
    public void Nothing_is_found_where_there_is_nothing() =>
        Assert.Empty(new PhiSearch([Value]).Find("here", "Quillfeathe r"u8.ToArray()));
}
