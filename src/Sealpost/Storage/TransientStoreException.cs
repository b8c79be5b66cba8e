namespace Sealpost.Storage;

/// <summary>The store could not do the work now and may a moment later: retry the whole work.</summary>
public sealed class TransientStoreException : Exception
{
    /// <summary>Creates the exception. <paramref name="message"/> must not hold parameters or rows.</summary>
    public TransientStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public TransientStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public TransientStoreException()
        : base("The store is busy.")
    {
    }
}
