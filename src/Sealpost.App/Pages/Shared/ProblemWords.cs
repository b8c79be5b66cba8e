using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Sealpost.App.Pages.Shared;

/// <summary>What the page says where something went wrong.</summary>
internal static class ProblemWords
{
    /// <summary>The status to speak of: the one in the address; without one an error inside led here, or somebody typed the address.</summary>
    public static int StatusOf(int? stated, IFeatureCollection? features) =>
        stated ?? (features?.Get<IExceptionHandlerFeature>() is null ? StatusCodes.Status404NotFound : StatusCodes.Status500InternalServerError);

    /// <summary>Title and what to do.</summary>
    public static (string Title, string Text) Of(int status) => status switch
    {
        403 => ("You may not do this", "Your roles do not cover it. An administrator of your organisation can change them."),
        404 => ("There is no such page", "The address is mistyped, the thing was removed, or it belongs to an organisation that you are not part of."),
        400 => ("That could not be read", "The page may have been open too long. Load it again and repeat what you did."),
        413 => ("That is too large", "The file or text is over the limit. Nothing was stored."),
        429 => ("Too many tries", "Wait a few minutes, then try again."),
        _ => ("Something went wrong", "Nothing was half done. Try again; if it happens again, tell your administrator what you were doing and when."),
    };
}
