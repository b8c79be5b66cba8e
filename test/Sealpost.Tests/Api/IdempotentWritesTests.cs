using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sealpost.App.Api;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Compliance;

namespace Sealpost.Tests.Api;

public sealed class IdempotentWritesTests(ServedOffice office)
{
    private int _done;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(IdempotentWrites.LargestKeptBytes, "true", IdempotentWrites.LargestKeptBytes)]
    [InlineData(IdempotentWrites.LargestKeptBytes + 1, "body-left-out", 0)]
    public async Task A_repeated_write_is_not_done_again_however_large_its_answer(int size, string replayed, int repeated)
    {
        await using var clinic = await TestClinic.CreateAsync();
        var first = await AskAsync(clinic, StatusCodes.Status201Created, size);
        Assert.Equal((201, size, false), (first.StatusCode, (int)first.Body.Length, first.Headers.ContainsKey(IdempotentWrites.ReplayedHeader)));
        var second = await AskAsync(clinic, StatusCodes.Status201Created, size);
        Assert.Equal((201, repeated, replayed, "/things/7"), (second.StatusCode, (int)second.Body.Length, second.Headers[IdempotentWrites.ReplayedHeader].ToString(), second.Headers.Location.ToString()));
        Assert.Equal(repeated > 0 ? "application/json" : null, second.ContentType);
        Assert.Equal(1, _done);
    }

    [Theory]
    [InlineData(StatusCodes.Status409Conflict, 2)]
    [InlineData(StatusCodes.Status503ServiceUnavailable, 2)]
    [InlineData(StatusCodes.Status422UnprocessableEntity, 1)]
    public async Task What_may_end_otherwise_the_next_time_is_tried_again(int status, int done)
    {
        await using var clinic = await TestClinic.CreateAsync();
        await AskAsync(clinic, status, 10);
        Assert.Equal(status, (await AskAsync(clinic, status, 10)).StatusCode);
        Assert.Equal(done, _done);
    }

    [Fact]
    public async Task An_answer_is_not_given_again_to_other_roles()
    {
        await using var clinic = await TestClinic.CreateAsync();
        await AskAsync(clinic, StatusCodes.Status200OK, 10, Roles.Compliance);
        var other = await AskAsync(clinic, StatusCodes.Status200OK, 10);
        Assert.Equal((422, false, 1), (other.StatusCode, other.Headers.ContainsKey(IdempotentWrites.ReplayedHeader), _done));
    }

    [Fact]
    public void An_answer_kept_before_headers_were_is_still_read()
    {
        var kept = KeptReply.FromBytes(200, [16, .. "application/json"u8, .. "{}"u8]);
        Assert.Equal(("application/json", "{}", "", true), (kept.ContentType, Encoding.UTF8.GetString(kept.Body), kept.Location, kept.IsWhole));
    }

    [Fact]
    public async Task A_campaign_made_once_is_found_at_the_same_place_twice()
    {
        await office.StartedAsync();
        using var marketer = await office.ClientAsync("marketer-who-repeats", "marketer");
        var places = new List<Uri?>();
        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/organisations/{office.Number}/campaigns") { Content = JsonContent.Create(new { name = "said-twice" }), Headers = { { IdempotentWrites.Header, "said-twice" } } };
            using var response = await marketer.SendAsync(request, Token);
            Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Token));
            places.Add(response.Headers.Location);
        }

        Assert.NotNull(places[0]);
        Assert.Equal(places[0], places[1]);
    }

    [Fact]
    public async Task A_file_is_handed_over_without_a_key()
    {
        await office.StartedAsync();
        using var administrator = await office.ClientAsync("administrator-of-files", "administrator");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/organisations/{office.Number}/imports/jobs/none/files") { Content = new ByteArrayContent([1]) { Headers = { { "Content-Type", "application/octet-stream" } } }, Headers = { { IdempotentWrites.Header, "k" } } };
        using var response = await administrator.SendAsync(request, Token);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    private async Task<HttpResponse> AskAsync(TestClinic clinic, int status, int size, Roles roles = Roles.Marketer)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, Request = { Method = HttpMethods.Post, Path = "/things" }, Response = { Body = new MemoryStream() } };
        await IdempotentWrites.OnceAsync(
            http,
            async context =>
            {
                _done++;
                context.Response.StatusCode = status;
                context.Response.ContentType = "application/json";
                context.Response.Headers.Location = "/things/7";
                await context.Response.Body.WriteAsync(new byte[size], Token);
            },
            new RepeatedRequests(clinic.Context), new Actor("u-1", "Uma One", roles), "k");
        return http.Response;
    }
}
