using System.Runtime.ExceptionServices;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using Microsoft.Extensions.Logging;

namespace Sealpost.Delivery.Returns;

/// <summary>Fetches returned mail from an IMAP mailbox over verified TLS. A mail leaves the mailbox only after it was taken; one that is none of ours stays as it is, unread.</summary>
/// <param name="settings">Where.</param>
/// <param name="take">Takes one mail; where it is false, the mail stays for a person; where it throws, it is read again.</param>
/// <param name="leave">Told of a mail that could not be taken again and again.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">For the operator; never a word of a mail.</param>
internal sealed partial class ReadMailbox(ImapSettings settings, Func<IncomingMail, CancellationToken, Task<bool>> take, Func<CancellationToken, Task> leave, TimeProvider time, ILogger logger)
{
    private const int PageSize = 200;
    private readonly LeftMails _left = new(time);

    // RFC 2177: a client ends IDLE at least every 29 minutes; firewalls forget earlier.
    private static readonly TimeSpan IdleFor = TimeSpan.FromMinutes(9);

    /// <summary>Reads and waits until cancelled; a failure is told and tried again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var client = await ConnectAsync(cancellationToken).ConfigureAwait(false);
                while (true)
                {
                    await RoundAsync(client, cancellationToken).ConfigureAwait(false);
                    await WaitAsync(client, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogFailed(logger, settings.Host, exception is AuthenticationException ? "log-in refused" : exception.GetType().Name);
            }

            await Task.Delay(settings.Every, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads what is there now, once; returns how many mails were taken.</summary>
    public async Task<int> OnceAsync(CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        var taken = await RoundAsync(client, cancellationToken).ConfigureAwait(false);
        await client.DisconnectAsync(quit: true, cancellationToken).ConfigureAwait(false);
        return taken;
    }

    private async Task<ImapClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var rules = new CertificateRules(settings.ExtraRoots, time);
        var client = new ImapClient
        {
            SslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
            CheckCertificateRevocation = false, // As for mail hosts: an OCSP fetch would fail open.
            ServerCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                using var leaf = certificate is null ? null : new X509Certificate2(certificate);
                return rules.Judge(leaf, chain, settings.Host) is null;
            },
        };
        try
        {
            // Never the options that fall back to clear text.
            await client.ConnectAsync(settings.Host, settings.Port, settings.Port == 993 ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls, cancellationToken).ConfigureAwait(false);
            await client.AuthenticateAsync(settings.User, await settings.Password(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async Task<int> RoundAsync(ImapClient client, CancellationToken cancellationToken)
    {
        var taken = 0;
        var folder = await client.GetFolderAsync(settings.Folder, cancellationToken).ConfigureAwait(false);
        var kept = settings.KeepDays > 0 ? await ReadFolderAsync(client, cancellationToken).ConfigureAwait(false) : null;
        await folder.OpenAsync(FolderAccess.ReadWrite, cancellationToken).ConfigureAwait(false);
        ExceptionDispatchInfo? failed = null;
        foreach (var page in (await WaitingAsync(folder, cancellationToken).ConfigureAwait(false)).Chunk(PageSize))
        {
            var sizes = (await folder.FetchAsync(page, MessageSummaryItems.UniqueId | MessageSummaryItems.Size, cancellationToken).ConfigureAwait(false)).ToDictionary(one => one.UniqueId, one => one.Size ?? 0);
            foreach (var id in page.Where(sizes.ContainsKey))
            {
                var mail = new IncomingMail(await BytesAsync(folder, id, sizes[id], cancellationToken).ConfigureAwait(false), [], ReturnWay.Imap);
                var (done, failure) = await TryAsync(mail, id, cancellationToken).ConfigureAwait(false);
                failed ??= failure;
                if (!done)
                    continue;
                await PutAwayAsync(client, folder, kept, id, cancellationToken).ConfigureAwait(false);
                taken++;
            }
        }

        if (kept is not null)
            await PurgeAsync(client, kept, cancellationToken).ConfigureAwait(false);
        // The others went their way; this one is soon tried again.
        failed?.Throw();
        return taken;
    }

    /// <summary>What is there and was not left.</summary>
    private async Task<IList<UniqueId>> WaitingAsync(IMailFolder folder, CancellationToken cancellationToken) =>
        _left.Among(folder.UidValidity, await folder.SearchAsync(SearchQuery.NotDeleted, cancellationToken).ConfigureAwait(false));

    /// <summary>Takes one mail, so that one that cannot be read does not stop those behind it. The failure is given back until the mail is stepped past.</summary>
    private async Task<(bool Taken, ExceptionDispatchInfo? Failure)> TryAsync(IncomingMail mail, UniqueId id, CancellationToken cancellationToken)
    {
        try
        {
            var taken = await take(mail, cancellationToken).ConfigureAwait(false);
            if (taken)
                _left.Forget(id);
            else
                _left.Leave(id);
            return (taken, null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            if (!_left.Failed(id, out var first))
                return (false, ExceptionDispatchInfo.Capture(exception));
            LogLeft(logger, settings.Host, exception.GetType().Name);
            if (first)
                await leave(cancellationToken).ConfigureAwait(false);
            return (false, null);
        }
    }

    /// <summary>The mail; of one that is too large its beginning, where reports stand.</summary>
    private static async Task<byte[]> BytesAsync(IMailFolder folder, UniqueId id, uint size, CancellationToken cancellationToken)
    {
        await using var stream = size > IncomingMail.LargestBytes
            ? await folder.GetStreamAsync(id, 0, IncomingMail.LargestBytes, cancellationToken).ConfigureAwait(false)
            : await folder.GetStreamAsync(id, "", cancellationToken).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private static async Task PutAwayAsync(ImapClient client, IMailFolder folder, IMailFolder? kept, UniqueId id, CancellationToken cancellationToken)
    {
        if (kept is not null)
        {
            await folder.MoveToAsync(id, kept, cancellationToken).ConfigureAwait(false);
            return;
        }

        await folder.AddFlagsAsync(id, MessageFlags.Deleted, silent: true, cancellationToken).ConfigureAwait(false);
        await ExpungeAsync(client, folder, [id], cancellationToken).ConfigureAwait(false);
    }

    private async Task<IMailFolder> ReadFolderAsync(ImapClient client, CancellationToken cancellationToken)
    {
        var root = client.GetFolder(client.PersonalNamespaces[0]);
        try
        {
            return await root.GetSubfolderAsync(settings.ReadFolder, cancellationToken).ConfigureAwait(false);
        }
        catch (FolderNotFoundException exception)
        {
            return await root.CreateAsync(settings.ReadFolder, isMessageFolder: true, cancellationToken).ConfigureAwait(false)
                ?? throw new IOException("The IMAP server did not make the folder for read mail.", exception);
        }
    }

    /// <summary>Old bodies go, for good.</summary>
    private async Task PurgeAsync(ImapClient client, IMailFolder kept, CancellationToken cancellationToken)
    {
        await kept.OpenAsync(FolderAccess.ReadWrite, cancellationToken).ConfigureAwait(false);
        var old = await kept.SearchAsync(SearchQuery.DeliveredBefore(time.GetUtcNow().UtcDateTime.Date.AddDays(-settings.KeepDays)), cancellationToken).ConfigureAwait(false);
        if (old.Count == 0)
            return;
        await kept.AddFlagsAsync(old, MessageFlags.Deleted, silent: true, cancellationToken).ConfigureAwait(false);
        await ExpungeAsync(client, kept, old, cancellationToken).ConfigureAwait(false);
    }

    private static Task ExpungeAsync(ImapClient client, IMailFolder folder, IList<UniqueId> ids, CancellationToken cancellationToken) =>
        client.Capabilities.HasFlag(ImapCapabilities.UidPlus) ? folder.ExpungeAsync(ids, cancellationToken) : folder.ExpungeAsync(cancellationToken);

    /// <summary>Until mail arrives (RFC 2177), or for the time between two looks.</summary>
    private async Task WaitAsync(ImapClient client, CancellationToken cancellationToken)
    {
        if (!client.Capabilities.HasFlag(ImapCapabilities.Idle))
        {
            await Task.Delay(settings.Every, time, cancellationToken).ConfigureAwait(false);
            return;
        }

        var folder = await client.GetFolderAsync(settings.Folder, cancellationToken).ConfigureAwait(false);
        await folder.OpenAsync(FolderAccess.ReadWrite, cancellationToken).ConfigureAwait(false);
        if ((await WaitingAsync(folder, cancellationToken).ConfigureAwait(false)).Count > 0)
            return;
        using var done = new CancellationTokenSource(IdleFor, time);
        void Arrived(object? sender, EventArgs arguments) => done.Cancel();
        folder.CountChanged += Arrived;
        try
        {
            await client.IdleAsync(done.Token, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder.CountChanged -= Arrived;
        }
    }

    [LoggerMessage(EventId = 4111, Level = LogLevel.Warning, Message = "The mailbox for returned mail at {Host} could not be read ({Kind}); it is tried again. Mail stays there meanwhile.")]
    private static partial void LogFailed(ILogger logger, string host, string kind);

    [LoggerMessage(EventId = 4112, Level = LogLevel.Warning, Message = "A mail in the mailbox for returned mail at {Host} could not be read several times ({Kind}). It stays there, unread, and those behind it are read; it is looked at again from time to time.")]
    private static partial void LogLeft(ILogger logger, string host, string kind);
}
