namespace Sealpost.Campaigns;

/// <summary>The options of this moment, for what is shared by campaigns that started under others.</summary>
internal sealed class PresentOptions
{
    private volatile SendOptions? _options;

    public SendOptions Options
    {
        get => _options ?? throw new InvalidOperationException("Sending is not open yet.");
        set => _options = value;
    }
}
