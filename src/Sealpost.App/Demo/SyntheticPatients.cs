using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sealpost.App.Demo;

/// <summary>A clinic's worth of believable patients, all made up: FHIR R4 as NDJSON, streamed, the same for the same options in every run.</summary>
/// <remarks>
/// Mailboxes are in domains that RFC 2606 and RFC 6761 keep free, telephone numbers among those kept for fiction. Some people have
/// died, some are children, some have no address, an old one, one at work or one they share, some have sensitive conditions: what a
/// campaign must leave out is there to be left out.
/// </remarks>
internal sealed class SyntheticPatients
{
    private const int FlushBytes = 1 << 16;

    private readonly SyntheticOptions _options;
    private readonly SyntheticPeople _people;

    /// <summary>Prepares; nothing is made before it is written.</summary>
    /// <exception cref="ArgumentException">The count is out of range.</exception>
    public SyntheticPatients(SyntheticOptions options)
    {
        if (options.Count is < 1 or > 10_000_000)
            throw new ArgumentException("Synthetic patients: 1 to 10,000,000.", nameof(options));
        _options = options;
        _people = new SyntheticPeople(options);
    }

    /// <summary>The person of a number from 0 to the count.</summary>
    public SyntheticPerson this[int number] => _people.Make(number);

    /// <summary>What a person allowed and forbade.</summary>
    public SyntheticWishes WishesOf(SyntheticPerson person) => SyntheticWishes.Of(person, _people.Numbers(person.Number, purpose: 2), _options.Today);

    /// <summary>Writes the patients of a feed with everything about them, a resource a line.</summary>
    /// <returns>Patients written.</returns>
    public async Task<int> WriteAsync(Stream output, SyntheticFeed feed, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(FlushBytes * 2);
        await using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var written = 0;
        for (var number = 0; number < _options.Count; number++)
        {
            var person = _people.Make(number);
            if (feed != SyntheticFeed.All && person.SignedUpOnline != (feed == SyntheticFeed.Website))
                continue;
            new SyntheticRecord(writer, EndLine, person, _people.Numbers(number, purpose: 1), _options.Today).Write();
            written++;
            if (buffer.WrittenCount < FlushBytes)
                continue;
            await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }

        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        return written;

        void EndLine()
        {
            writer.Flush();
            buffer.Write("\n"u8);
            writer.Reset(buffer);
        }
    }
}
