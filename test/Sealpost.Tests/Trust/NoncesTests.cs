using System.Collections.Concurrent;
using Sealpost.Trust.Sealing;

namespace Sealpost.Tests.Trust;

public sealed class NoncesTests
{
    [Fact]
    public void No_nonce_is_given_out_twice_on_any_thread()
    {
        var seen = new ConcurrentDictionary<string, bool>();
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                var nonce = new byte[SealingKey.NonceLength];
                Nonces.Next(nonce);
                Assert.True(seen.TryAdd(Convert.ToHexString(nonce), true));
            }
        });
        Assert.Equal(8_000, seen.Count);
    }
}
