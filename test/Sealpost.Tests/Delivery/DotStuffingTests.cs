using System.Text;
using CsCheck;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

public sealed class DotStuffingTests
{
    [Fact]
    public void What_is_refused_is_what_a_reader_of_single_octets_refuses() =>
        Gen.Frequency((40, Gen.Const("\r\n")), (40, Gen.Const("x")), (20, Gen.Const("twelve bytes")), (1, Gen.Const("\r")), (1, Gen.Const("\n"))).List[0, 30].Sample(
            pieces =>
            {
                var message = Encoding.ASCII.GetBytes(string.Concat(pieces));
                Assert.Equal(Reference(message), Passes(message));
                byte[] ended = [.. message, .. "\r\n"u8];
                Assert.Equal(Reference(ended), Passes(ended));
            },
            iter: 20_000);

    [Theory]
    [InlineData(998, true)]
    [InlineData(999, false)]
    public void A_line_has_at_most_998_octets_wherever_it_begins(int octets, bool passes)
    {
        for (var before = 0; before < 70; before++)
        {
            byte[] message = [.. Enumerable.Repeat((byte)'a', before), .. "\r\n"u8, .. Enumerable.Repeat((byte)'b', octets), .. "\r\n"u8, .. "c\r\n"u8];
            Assert.Equal(passes, Passes(message));
        }
    }

    private static bool Reference(byte[] message)
    {
        var line = 0;
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] == '\n' || (message[i] == '\r' && (i + 1 == message.Length || message[i + 1] != '\n' || line > 998)))
                return false;
            line++;
            if (message[i] == '\r')
                (i, line) = (i + 1, 0);
        }

        return line == 0;
    }

    private static bool Passes(byte[] message)
    {
        try
        {
            DotStuffing.Check(message);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
