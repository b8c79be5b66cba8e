using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>Keys of forms and short-lived cookies, sealed in the store: every process of the installation has them, and a stolen database has not.</summary>
internal sealed class ProtectionKeys(KeptKeys kept) : IXmlRepository
{
    // The framework asks synchronously; it does so when it starts and when it makes a key, four times a year.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Task.Run(() => kept.ReadAsync(CancellationToken.None)).GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) =>
        Task.Run(() => kept.AddAsync(friendlyName, element.ToString(SaveOptions.DisableFormatting), CancellationToken.None)).GetAwaiter().GetResult();
}
