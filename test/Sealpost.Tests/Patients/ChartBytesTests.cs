using MemoryPack;
using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

/// <summary>The clear form of charts as MemoryPack writes it: charts sealed years ago must still open.</summary>
public sealed class ChartBytesTests
{
    private const string Head =
        "DSlMSggMAW2E/wAKAQQEBAEAAAADDBEE+////wQAAABmaGly9v///wkAAABQYXRpZW50Lzf/////AQAAAAMnEwrg////HwAAAGh0dHA6Ly9ob3NwaXRhbC5l"
        + "eGFtcGxlLmNvbS9tcm70////CwAAAE1STi0wMDAwMDA3/f///wIAAABNUgEAAAAFEA8ZBAT3////CAAAAG9mZmljaWFs+P///wcAAABTYW1wbGU3AgAAAPz/"
        + "//8DAAAAUGF0/f///wIAAABRLv//////////AQAAALjcCgD7////BAAAAG1hbGUAAQAAAAcMGRMKDQoI+////wQAAABob21lAQAAAPL///8NAAAANyBNYWlu"
        + "IFN0cmVldPT///8LAAAAU3ByaW5nZmllbGT9////AgAAAE1B+v///wUAAAAwMjEzOf3///8CAAAAVVMAAAAAAAAAAAMAAAAIDRkECAgIDAH6////BQAAAGVt"
        + "YWls7v///xEAAABQYXQuN0BFeGFtcGxlLmNvbf////8BAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAD7////BAAAAGZoaXIACA0VBAgICAwB+v///wUAAABlbWFp"
        + "bPL///8NAAAAbm90IGEgbWFpbGJveP////8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD7////BAAAAGZoaXIACA0QBAgICAwB+v///wUAAABwaG9uZff///8I"
        + "AAAANTU1LTAxMDf/////AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+////wQAAABmaGlyAP3///8CAAAAZW4B/////wAAAAAAAAAA";
    private const string Page =
        "AgSEywABAAAAAQAAAA0EGTkNAQEICBgQCQ8EAwAAAO7///8RAAAAT2JzZXJ2YXRpb24vNy0xLTABAAAAAw0OFvr///8FAAAAbG9pbmP5////BgAAADQ1NDgt"
        + "NPH///8OAAAASGVtb2dsb2JpbiBBMWP6////BQAAAGZpbmFsAQABAAAAIz8LAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAA"
        + "AAAUQP7///8BAAAAJfj///8HAAAAYXMgc2VudAAAAAA=";

    [Fact]
    public void A_head_is_written_as_it_always_was() =>
        Assert.Equal(Head, Convert.ToBase64String(MemoryPackSerializer.Serialize(SampleCharts.Head(7))));

    [Fact]
    public void A_page_is_written_as_it_always_was() =>
        Assert.Equal(Page, Convert.ToBase64String(MemoryPackSerializer.Serialize(SampleCharts.Page(7, 1, facts: 1))));

    [Fact]
    public void A_head_of_old_opens() =>
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(SampleCharts.Head(7)),
            System.Text.Json.JsonSerializer.Serialize(MemoryPackSerializer.Deserialize<ChartHead>(Convert.FromBase64String(Head))));

    [Fact]
    public void A_page_of_old_opens() =>
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(SampleCharts.Page(7, 1, facts: 1)),
            System.Text.Json.JsonSerializer.Serialize(MemoryPackSerializer.Deserialize<FactPage>(Convert.FromBase64String(Page))));
}
