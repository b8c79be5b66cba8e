namespace Sealpost.Trust.Ledger;

/// <summary>A signed statement of the ledger's size and root at a moment.</summary>
/// <param name="Size">Leaves covered.</param>
/// <param name="Root">RFC 6962 Merkle tree hash, 32 bytes.</param>
/// <param name="SignedAt">UTC.</param>
/// <param name="Signature">ECDSA P-256 over the canonical text.</param>
public sealed record Checkpoint(long Size, ReadOnlyMemory<byte> Root, DateTimeOffset SignedAt, ReadOnlyMemory<byte> Signature);
