using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Sealpost.App.Pages.Shared;

namespace Sealpost.Tests.Pages;

/// <summary>What a person reads where something went wrong.</summary>
public sealed class ProblemPageTests
{
    [Fact]
    public void An_error_inside_is_not_called_a_page_that_does_not_exist()
    {
        var http = new DefaultHttpContext();
        Assert.Equal("There is no such page", Title(null, http));
        http.Features.Set<IExceptionHandlerFeature>(new ExceptionHandlerFeature { Error = new InvalidOperationException("inside"), Path = "/o/1/people" });
        Assert.Equal("Something went wrong", Title(null, http));
    }

    [Theory]
    [InlineData(403, "You may not do this")]
    [InlineData(404, "There is no such page")]
    [InlineData(429, "Too many tries")]
    [InlineData(500, "Something went wrong")]
    [InlineData(503, "Something went wrong")]
    public void Each_status_has_its_words(int status, string title) => Assert.Equal(title, Title(status, new DefaultHttpContext()));

    private static string Title(int? status, DefaultHttpContext http) => ProblemWords.Of(ProblemWords.StatusOf(status, http.Features)).Title;
}
