namespace Sealpost.Delivery;

/// <summary>What a connection is doing; decides how long it may wait.</summary>
internal enum SmtpStage
{
    Connect,
    Greeting,
    Hello,
    StartTls,
    Handshake,
    Envelope,
    Data,
    Body,
    FinalReply,
    Reset,
    Quit,
}

/// <summary>Time limits per stage. RFC 5321 §4.5.3.2.</summary>
internal static class SmtpLimits
{
    /// <summary>How long the stage may take.</summary>
    public static TimeSpan Of(SmtpStage stage) => stage switch
    {
        SmtpStage.Connect => TimeSpan.FromSeconds(30),
        SmtpStage.Data => TimeSpan.FromMinutes(2), // §4.5.3.2.4
        SmtpStage.Body => TimeSpan.FromMinutes(3), // §4.5.3.2.5
        SmtpStage.FinalReply => TimeSpan.FromMinutes(10), // §4.5.3.2.6
        SmtpStage.Handshake => TimeSpan.FromMinutes(1),
        SmtpStage.Quit => TimeSpan.FromSeconds(5), // the message is settled; nothing is owed to this wait
        _ => TimeSpan.FromMinutes(5), // §4.5.3.2.1 to .3: greeting, MAIL, RCPT
    };
}
