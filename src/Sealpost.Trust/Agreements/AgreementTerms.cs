namespace Sealpost.Trust.Agreements;

/// <summary>What a business associate agreement must say; the signer confirms each. 45 CFR 164.504(e)(2), 164.314(a)(2)(i).</summary>
[Flags]
public enum AgreementTerms
{
    /// <summary>Nothing confirmed.</summary>
    None = 0,

    /// <summary>Permitted and required uses are stated, none that the organisation itself may not make. 164.504(e)(2)(i).</summary>
    PermittedUses = 1 << 0,

    /// <summary>No other use or disclosure. 164.504(e)(2)(ii)(A).</summary>
    NoOtherUse = 1 << 1,

    /// <summary>Safeguards, and the Security Rule for electronic health information. 164.504(e)(2)(ii)(B), 164.314(a)(2)(i)(A).</summary>
    Safeguards = 1 << 2,

    /// <summary>Reports uses not provided for, security incidents and breaches. 164.504(e)(2)(ii)(C), 164.314(a)(2)(i)(C).</summary>
    Reports = 1 << 3,

    /// <summary>Binds subcontractors to the same. 164.504(e)(2)(ii)(D), 164.314(a)(2)(i)(B).</summary>
    Subcontractors = 1 << 4,

    /// <summary>Access for the individual. 164.504(e)(2)(ii)(E).</summary>
    Access = 1 << 5,

    /// <summary>Amendment. 164.504(e)(2)(ii)(F).</summary>
    Amendment = 1 << 6,

    /// <summary>Accounting of disclosures. 164.504(e)(2)(ii)(G).</summary>
    Accounting = 1 << 7,

    /// <summary>Complies like the organisation where it carries out its obligations. 164.504(e)(2)(ii)(H).</summary>
    Obligations = 1 << 8,

    /// <summary>Opens books and records to the Secretary. 164.504(e)(2)(ii)(I).</summary>
    Books = 1 << 9,

    /// <summary>Returns or destroys everything at the end. 164.504(e)(2)(ii)(J).</summary>
    ReturnOrDestroy = 1 << 10,

    /// <summary>The organisation may terminate for a material violation. 164.504(e)(2)(iii).</summary>
    Termination = 1 << 11,

    /// <summary>All of them: what a signature needs.</summary>
    Required = (1 << 12) - 1,
}
