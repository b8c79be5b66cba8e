using System.Collections.Frozen;

namespace Sealpost.Patients;

/// <summary>Names of states, districts and territories of the United States to the two letters of the Postal Service (Publication 28, appendix B).</summary>
internal static class UsStates
{
    private static readonly FrozenDictionary<string, string> Codes = (
        "Alabama=AL;Alaska=AK;American Samoa=AS;Arizona=AZ;Arkansas=AR;California=CA;Colorado=CO;Connecticut=CT;Delaware=DE;District of Columbia=DC;" +
        "Florida=FL;Georgia=GA;Guam=GU;Hawaii=HI;Idaho=ID;Illinois=IL;Indiana=IN;Iowa=IA;Kansas=KS;Kentucky=KY;Louisiana=LA;Maine=ME;" +
        "Marshall Islands=MH;Maryland=MD;Massachusetts=MA;Michigan=MI;Micronesia=FM;Minnesota=MN;Mississippi=MS;Missouri=MO;Montana=MT;Nebraska=NE;" +
        "Nevada=NV;New Hampshire=NH;New Jersey=NJ;New Mexico=NM;New York=NY;North Carolina=NC;North Dakota=ND;Northern Mariana Islands=MP;Ohio=OH;" +
        "Oklahoma=OK;Oregon=OR;Palau=PW;Pennsylvania=PA;Puerto Rico=PR;Rhode Island=RI;South Carolina=SC;South Dakota=SD;Tennessee=TN;Texas=TX;" +
        "Utah=UT;Vermont=VT;Virgin Islands=VI;Virginia=VA;Washington=WA;West Virginia=WV;Wisconsin=WI;Wyoming=WY")
        .Split(';')
        .Select(pair => pair.Split('='))
        .ToFrozenDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Names = Codes.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Letters = Codes.Values.Concat(["AA", "AE", "AP"]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The two letters, or the text as sent where it is no state of the United States or the country is another one.</summary>
    public static string? Code(string? state, string? country)
    {
        if (state is null || !IsUnitedStates(country))
            return state;
        var trimmed = state.Trim();
        if (Codes.TryGetValue(trimmed, out var code))
            return code;
        if (trimmed.StartsWith("US-", StringComparison.OrdinalIgnoreCase))
            trimmed = trimmed[3..];
        return Letters.Contains(trimmed) ? trimmed.ToUpperInvariant() : state;
    }

    /// <summary>The name for two letters; the text itself where they are none.</summary>
    public static string Name(string state) => Names.GetValueOrDefault(state, state);

    private static bool IsUnitedStates(string? country) =>
        country is null || country.Trim().ToUpperInvariant() is "" or "US" or "USA" or "U.S." or "U.S.A." or "UNITED STATES" or "UNITED STATES OF AMERICA" or "840";
}
