using Sealpost.Audience;
using Sealpost.Shards;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Shards;

public sealed class CodePlaceTests
{
    private static readonly KnownCode[] Known =
    [
        .. new[] { ("I10", 30), ("J45", 20), ("E785", 20), ("K219", 9), ("M545", 9), ("A09", 2) }
            .Select(code => new KnownCode(FactFamily.ConditionNow, CodePattern.KeyOf("icd10", code.Item1), $"Words {code.Item1}", code.Item2, code.Item2)),
    ];

    [Fact]
    public async Task Pages_of_one_code_each_give_all_codes_once_and_in_order()
    {
        await using var clinic = await TestClinic.CreateAsync();
        foreach (var typed in new[] { "", "words", "e" })
        {
            var all = new Catalogue(Known, []).Search(null, null, typed).Select(code => code.Code).ToList();
            List<string> paged = [];
            for (CodePlace? after = null; new Catalogue(Known, []).SearchAfter(null, null, typed, after).FirstOrDefault() is { Code: not null } found; after = CodePlace.FromCursor(clinic.Context.Keys, found.Place.ToCursor(clinic.Context.Keys)))
                paged.Add(found.Code.Code);
            Assert.Equal(all, paged);
        }
    }

    [Fact]
    public void A_code_that_is_gone_does_not_send_the_reader_back_to_the_first_page()
    {
        var before = new Catalogue(Known, []).SearchAfter(null, null, "", null).Select(found => found.Place).ToList();
        foreach (var (at, place) in before.Index())
        {
            var without = new Catalogue([.. Known.Where(code => CodePattern.TextOfKey(code.Key) != place.Code)], []);
            Assert.Equal(before.Skip(at + 1), without.SearchAfter(null, null, "", place).Select(found => found.Place));
        }
    }

    [Fact]
    public async Task A_cursor_hides_the_number_and_takes_no_other_text()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var cursor = new CodePlace(false, 7, "icd10:B20").ToCursor(clinic.Context.Keys);
        Assert.NotEqual(cursor, new CodePlace(false, 7, "icd10:B20").ToCursor(clinic.Context.Keys)); // Sealed, not only encoded.
        foreach (var wrong in new[] { "", "icd10:B20", "AAAA", cursor[..^2], $"{cursor}A" })
            Assert.Throws<RefusedException>(() => CodePlace.FromCursor(clinic.Context.Keys, wrong));
    }
}
