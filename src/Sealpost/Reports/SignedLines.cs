using System.Security.Cryptography;
using System.Text;

namespace Sealpost.Reports;

/// <summary>Writes lines and hashes them as it goes.</summary>
internal sealed class SignedLines(Stream to) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Writes a line that the signature covers.</summary>
    public async Task WriteAsync(string line, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        _hash.AppendData(bytes);
        await to.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>SHA-256 of all lines written.</summary>
    public byte[] Hash() => _hash.GetCurrentHash();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
