namespace Sealpost.Organisations;

/// <summary>A step of setting up, in its order.</summary>
internal enum SetUpStep
{
    /// <summary>The recovery kit is put away.</summary>
    Kit = 0,

    /// <summary>The organisation has name, address and public URL.</summary>
    Organisation = 1,

    /// <summary>The sender domain's records are complete.</summary>
    Domain = 2,

    /// <summary>Somebody writes, somebody else approves.</summary>
    People = 3,

    /// <summary>Patients are here.</summary>
    Import = 4,

    /// <summary>At least one source of addresses is trusted.</summary>
    Addresses = 5,
}

/// <summary>How one step stands.</summary>
/// <param name="Step">Which.</param>
/// <param name="Done">Nothing is left to do in it.</param>
/// <param name="Words">What is there, or what is missing.</param>
internal sealed record SetUpState(SetUpStep Step, bool Done, string Words);

/// <summary>How far setting up has come; read from what exists, so it can be left and taken up at any time.</summary>
/// <param name="Steps">All steps, in order.</param>
internal sealed record SetUpProgress(IReadOnlyList<SetUpState> Steps)
{
    /// <summary>Steps still open.</summary>
    public int Left => Steps.Count(step => !step.Done);

    /// <summary>The first open step; null where everything is done.</summary>
    public SetUpStep? Next => Steps.FirstOrDefault(step => !step.Done)?.Step;
}

/// <summary>Names of steps.</summary>
internal static class SetUpWords
{
    /// <summary>A step's name.</summary>
    public static string Title(SetUpStep step) => step switch
    {
        SetUpStep.Kit => "Recovery kit",
        SetUpStep.Organisation => "Organisation",
        SetUpStep.Domain => "Sender domain",
        SetUpStep.People => "People",
        SetUpStep.Import => "Patients",
        _ => "Trusted addresses",
    };
}
