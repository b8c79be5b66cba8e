using Sealpost.People;

namespace Sealpost.Library;

/// <summary>Who may see a message with a real patient's data in it: writing a message needs nobody's chart, and a template of one's own could print any of it. 45 CFR 164.502(b), 164.514(d)(2).</summary>
public static class NamedPreview
{
    private const Roles Readers = Roles.Compliance;

    /// <summary>Whether the actor may.</summary>
    public static bool IsFor(Actor actor) => (actor.Roles & Readers) != Roles.None;

    /// <summary>Refuses others; to be asked before the patient is looked up, since the answer would tell who is one.</summary>
    /// <exception cref="RefusedException">Names the role that is missing.</exception>
    public static void Require(Actor actor) => actor.RequireToRead(Readers, "preview a message as a real patient");
}
