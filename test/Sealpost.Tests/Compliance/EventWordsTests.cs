using Sealpost.Compliance;

namespace Sealpost.Tests.Compliance;

public sealed class EventWordsTests
{
    [Fact]
    public void An_event_without_a_sentence_of_its_own_is_said_by_its_words()
    {
        Assert.Equal("Template 7: saved", new LedgerEvent(1, default, "template.saved", "u", "done") { Subject = "7" }.Words);
        Assert.Equal("Agreement 3 was signed", new LedgerEvent(1, default, "agreement.signed", "u", "done") { Subject = "3" }.Words);
        Assert.Equal("A patient's data was read: receipts of a delivery", new LedgerEvent(1, default, "patient.read", "u", "done") { Subject = "receipt.show" }.Words);
        Assert.Equal("A patient's data was read: the record of messages", new LedgerEvent(1, default, "patient.read", "u", "done") { Subject = "record.messages" }.Words);
        Assert.Equal("A patient's data was read: that a message did not reach them, telephone and postal address", new LedgerEvent(1, default, "patient.read", "u", "done") { Subject = "not-reached:7" }.Words);
        Assert.Equal("Whom campaign 7 did not reach by email was told otherwise", new LedgerEvent(1, default, "delivery.told", "u", "done") { Subject = "7" }.Words);
        Assert.Equal("The receipt of one delivery was filed", new LedgerEvent(1, default, "ledger.receipts", "u", "done") { Subject = "1" }.Words);
        Assert.Equal("The receipts of 7 deliveries were filed", new LedgerEvent(1, default, "ledger.receipts", "u", "done") { Subject = "7" }.Words);
        Assert.Equal("A sign-in failed (refused)", new LedgerEvent(1, default, "signin.failed", "u", "refused").Words);
    }

    [Fact]
    public void A_list_of_deliveries_shown_tells_which_patients()
    {
        Assert.Equal((3, 900), Sealpost.Reports.ListDeliveries.RangeOf("deliveries of patients 3 to 900, 50 shown"));
        Assert.Null(Sealpost.Reports.ListDeliveries.RangeOf("campaign preview"));
        Assert.Null(Sealpost.Reports.ListDeliveries.RangeOf(null));
    }
}
