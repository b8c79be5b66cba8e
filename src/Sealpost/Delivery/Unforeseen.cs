using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Sealing;

namespace Sealpost.Delivery;

/// <summary>Tells an error that nobody foresaw from those that say what to do: stop, try the store again, tell the person, call somebody.</summary>
/// <remarks>What a stranger's server says passes through parsers that fail in many ways. Such a failure is that server's, and ends nothing else.</remarks>
internal static class Unforeseen
{
    /// <summary>Whether nobody foresaw it. Only its type may be logged: its words may hold what was parsed.</summary>
    public static bool Is(Exception exception) =>
        exception is not (OperationCanceledException or TransientStoreException or DbException or SealException or RefusedException or OutOfMemoryException);
}
