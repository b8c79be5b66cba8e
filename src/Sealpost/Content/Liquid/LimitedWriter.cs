using System.Buffers;
using System.Text;

namespace Sealpost.Content.Liquid;

/// <summary>Collects characters in a rented buffer up to a limit. Cleared before it goes back, since it held PHI.</summary>
internal sealed class LimitedWriter(int limit) : TextWriter
{
    private const int FirstCapacity = 32 * 1024;

    private char[] buffer = ArrayPool<char>.Shared.Rent(Math.Min(limit, FirstCapacity));
    private int used;

    /// <summary>Characters written.</summary>
    public int Length { get; private set; }

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.Unicode;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        Reserve(1);
        buffer[Length++] = value;
    }

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> value)
    {
        Reserve(value.Length);
        value.CopyTo(buffer.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>What was written since the last call, as a string; the writer is empty again.</summary>
    public string Take()
    {
        var text = new string(buffer, 0, Length);
        used = Math.Max(used, Length);
        Length = 0;
        return text;
    }

    /// <summary>What was written since the last call, in the rented buffer itself: dispose it. Nothing more can be written.</summary>
    public RentedText Detach()
    {
        var text = new RentedText(buffer, Length, Math.Max(used, Length));
        buffer = [];
        Length = used = 0;
        return text;
    }

    /// <summary>What was written since the last call of <see cref="Take"/>.</summary>
    public ReadOnlySpan<char> Written => buffer.AsSpan(0, Length);

    /// <inheritdoc/>
    public override string ToString() => "[phi]";

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && buffer.Length > 0)
        {
            Return();
            buffer = [];
        }

        base.Dispose(disposing);
    }

    /// <summary>Makes a disposed or detached writer ready for another text.</summary>
    public void Reopen()
    {
        if (buffer.Length == 0)
            buffer = ArrayPool<char>.Shared.Rent(Math.Min(limit, FirstCapacity));
        Length = used = 0;
    }

    private void Reserve(int count)
    {
        if (count > limit - Length)
            throw new RenderLimitException($"A part of the message is longer than {limit} characters: shorten the template's loops.");
        if (count <= buffer.Length - Length)
            return;
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(buffer.Length * 2, Length + count));
        buffer.AsSpan(0, Length).CopyTo(larger);
        Return();
        buffer = larger;
    }

    private void Return()
    {
        buffer.AsSpan(0, Math.Max(used, Length)).Clear();
        used = 0;
        ArrayPool<char>.Shared.Return(buffer);
    }
}
