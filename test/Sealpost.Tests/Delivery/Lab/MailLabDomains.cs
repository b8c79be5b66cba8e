using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Sealpost.Tests.Delivery.Dane;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>The domains of the lab.</summary>
public sealed partial class MailLab
{
    private (Dictionary<string, string> Unsigned, Dictionary<string, string> Bogus) Describe()
    {
        BadTls();
        Sts();
        Dane();
        Both();
        Reports();
        Relays();
        _zone.Append("nomail.test. MX 0 .\n");

        // Unsigned: the same host and records as a good one, but nobody vouches for them.
        var plain = Good("mx.plain.test");
        var plainAddress = Address("mx.plain.test", plain);
        var unsigned = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["plain.test."] = $"@ MX 10 mx\nmx A {plainAddress}\n_{_port}._tcp.mx TLSA 3 1 1 {new string('0', 64)}\n",
        };

        // The first host is in a signed zone, but its TLSA records are in a zone whose signature does not verify.
        _zone.Append(null, $"notlsa.test. MX 10 mx.notlsa.test.\nnotlsa.test. MX 20 mx2.notlsa.test.\nmx.notlsa.test. A {Address("mx.notlsa.test", Good("mx.notlsa.test"))}\nmx2.notlsa.test. A {Address("mx2.notlsa.test", Good("mx2.notlsa.test"))}\n");
        _zone.Append(null, $"alone.test. MX 10 mx.alone.test.\nmx.alone.test. A {Address("mx.alone.test", Good("mx.alone.test"))}\n");
        var bogus = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bogus.test."] = $"@ MX 10 mx\nmx A {Address("mx.bogus.test", Good("mx.bogus.test"))}\n",
            ["_tcp.mx.notlsa.test."] = $"_{_port} TLSA 3 1 1 {new string('0', 64)}\n",
            ["_tcp.bogus.relay.test."] = $"_{_port} TLSA 3 1 1 {new string('0', 64)}\n",
            ["_tcp.mx.alone.test."] = $"_{_port} TLSA 3 1 1 {new string('0', 64)}\n",
        };
        return (unsigned, bogus);
    }

    // Domains that ask for TLS reports; the first has everything wrong that a report must not be stopped by.
    private void Reports()
    {
        Domain("report.test", new LabTls { Chain = [Keep(Certificates.SelfSigned("mx.report.test"))] }, tlsa: $"3 1 1 {new string('0', 64)}", sts: Enforce("mail.nowhere.test"));
        _zone.Append("_smtp._tls.report.test. TXT \"v=TLSRPTv1; rua=mailto:tls@report.test\"\n");
        Domain("webreport.test", Good("mx.webreport.test"));
        Policies.Set("webreport.test", "taken");
        _zone.Append(null, $"mta-sts.webreport.test. A {LabPolicies.Address}\n_smtp._tls.webreport.test. TXT \"v=TLSRPTv1;rua=https://mta-sts.webreport.test:{Policies.Port}/tls\"\n");
        Domain("noreport.test", null);
        _zone.Append("_smtp._tls.noreport.test. TXT \"v=TLSRPTv1; rua=mailto:tls@noreport.test\"\n");
    }

    // Relays have no MX: their own names are asked.
    private void Relays()
    {
        void Relay(string name, LabTls? tls) => _zone.Append(null, $"{name}. A {Address(name, tls)}\n");
        var own = Keep(Certificates.SelfSigned("anything.test"));
        var root = _authority.Certificate;
        Relay("plain.relay.test", Good("plain.relay.test"));
        Relay("selfsigned.relay.test", new LabTls { Chain = [own] });
        Relay("wrongname.relay.test", Good("elsewhere.relay.test"));
        Relay("nostarttls.relay.test", null);
        Relay("dane.relay.test", new LabTls { Chain = [own] });
        Tlsa("dane.relay.test", $"3 1 1 {Spki(own)}");
        Relay("dane2.relay.test", new LabTls { Chain = [Keep(_authority.Issue("dane2.relay.test", isExpired: false)), root] });
        Tlsa("dane2.relay.test", $"2 1 1 {Spki(root)}");
        Relay("dane2name.relay.test", new LabTls { Chain = [Keep(_authority.Issue("elsewhere.relay.test", isExpired: false)), root] });
        Tlsa("dane2name.relay.test", $"2 1 1 {Spki(root)}");
        Relay("danebad.relay.test", Good("danebad.relay.test"));
        Tlsa("danebad.relay.test", $"3 1 1 {new string('0', 64)}");
        Relay("daneunusable.relay.test", Good("daneunusable.relay.test"));
        Tlsa("daneunusable.relay.test", $"1 1 1 {new string('0', 64)}");
        Relay("bogus.relay.test", Good("bogus.relay.test"));
        foreach (var (name, features) in new[] { ("auth", "AUTH LOGIN PLAIN"), ("authlogin", "AUTH XOAUTH2 LOGIN"), ("authnone", "AUTH XOAUTH2") })
            Relay(name + ".relay.test", Good(name + ".relay.test") with { Features = features, SignIn = ("clinic", "pässword 1") });
        Relay("sts.relay.test", Good("sts.relay.test"));
        Sts("sts.relay.test", Enforce("sts.relay.test"));
        Relay("stsbad.relay.test", Good("stsbad.relay.test"));
        Sts("stsbad.relay.test", Enforce("other.relay.test"));
        _zone.Append(null, $"alias.relay.test. CNAME real.relay.test.\nreal.relay.test. A {Address("real.relay.test", new LabTls { Chain = [own] })}\n");
        Tlsa("real.relay.test", $"3 1 1 {Spki(own)}");
    }

    private LabTls Good(params string[] names) => new() { Chain = [Keep(Certificates.Issue(names)), Certificates.Root] };

    private void BadTls()
    {
        Domain("nostarttls.test", null);
        Domain("injected.test", Good("mx.injected.test") with { Injected = "250 2.0.0 ok\r\n" });
#pragma warning disable SYSLIB0039, CA5397 // the lab needs what must be refused
        Domain("tls10.test", Good("mx.tls10.test") with { Protocols = SslProtocols.Tls });
        Domain("tls11.test", Good("mx.tls11.test") with { Protocols = SslProtocols.Tls11 });
#pragma warning restore SYSLIB0039, CA5397
        Domain("weak.test", Good("mx.weak.test") with { Protocols = SslProtocols.Tls12, Suites = [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256] });
        Domain("expired.test", new LabTls { Chain = [Keep(Certificates.IssueExpired("mx.expired.test"))] });
        Domain("selfsigned.test", new LabTls { Chain = [Keep(Certificates.SelfSigned("mx.selfsigned.test"))] });
        Domain("wrongname.test", Good("mx.elsewhere.test"));
        Domain("wish.test", new LabTls { Chain = [Keep(Certificates.SelfSigned("mx.wish.test"))] });

        // The preferred host is away.
        foreach (var (domain, tls) in new[] { ("away.test", new LabTls { Chain = [Keep(Certificates.SelfSigned("mx2.away.test"))] }), ("awaygood.test", Good("mx2.awaygood.test")) })
            _zone.Append(null, $"{domain}. MX 10 mx.{domain}.\n{domain}. MX 20 mx2.{domain}.\nmx.{domain}. A 127.0.1.250\nmx2.{domain}. A {Address("mx2." + domain, tls)}\n");

        // Names as a hosted DNS makes them for an MX that is an alias of its own.
        OddName("oddname.test", Good("*.0abc.oddname.test"));
        OddName("oddnamewrong.test", Good("mx.oddnamewrong.test"));
        using var stranger = new Sealpost.App.Demo.MailboxCertificates(TimeProvider.System);
        Domain("untrusted.test", new LabTls { Chain = [Keep(stranger.Issue("mx.untrusted.test")), Keep(X509CertificateLoader.LoadCertificate(stranger.Root.RawData))] });
    }

    private void OddName(string domain, LabTls tls)
    {
        var mx = "_dc-mx.0abc." + domain;
        _zone.Append(null, $"{domain}. MX 10 {mx}.\n{mx}. A {Address(mx, tls)}\n");
    }

    private void Sts()
    {
        Domain("sts.test", Good("mx.sts.test") with { Features = "REQUIRETLS" }, sts: Enforce("mx.sts.test"));
        Domain("stripped.test", Good("mx.stripped.test") with { IsStripped = true }, sts: Enforce("*.stripped.test"));
        Domain("stswrongmx.test", Good("mx.stswrongmx.test"), sts: Enforce("mail.stswrongmx.test"));
        Domain("stsexpired.test", new LabTls { Chain = [Keep(Certificates.IssueExpired("mx.stsexpired.test"))] }, sts: Enforce("mx.stsexpired.test"));
        Domain("vanished.test", Good("mx.vanished.test"), sts: Enforce("mx.vanished.test"));
        Domain("redirected.test", Good("mx.redirected.test"));
        Sts("redirected.test", Enforce("mail.nowhere.test"), 301);
        Policies.Set("elsewhere.test", Enforce("mail.nowhere.test"));
        Domain("oversized.test", Good("mx.oversized.test"), sts: Enforce("mail.nowhere.test") + new string('\n', 65_536));
        Domain("ststesting.test", Good("mx.ststesting.test"), sts: Enforce("mail.nowhere.test").Replace("enforce", "testing", StringComparison.Ordinal));
        Domain("stsnone.test", Good("mx.stsnone.test"), sts: "version: STSv1\nmode: none\nmax_age: 86400\n");

        // A wildcard is one label: a.b does not match, b does.
        _zone.Append(null, $"wild.test. MX 10 a.b.wild.test.\na.b.wild.test. A {Address("a.b.wild.test", Good("a.b.wild.test"))}\n");
        Sts("wild.test", Enforce("*.wild.test"));

        // One host, four domains: each is held to its own policy.
        var shared = Address("mx.shared.test", Good("mx.shared.test"));
        _zone.Append(null, $"mx.shared.test. A {shared}\n");
        foreach (var name in new[] { "one", "two", "three" })
            _zone.Append(null, $"{name}.test. MX 10 mx.shared.test.\n");
        Sts("one.test", Enforce("mx.shared.test"));
        Sts("two.test", Enforce("mx.two.test"));
    }

    private void Dane()
    {
        var own = Keep(Certificates.SelfSigned("anything.test"));
        var root = _authority.Certificate;
        LabTls With(string name, bool isExpired = false) => new() { Chain = [Keep(_authority.Issue(name, isExpired)), root] };

        // Usage 3: neither name nor trust matters.
        Domain("dane3.test", new LabTls { Chain = [own], Features = "REQUIRETLS" }, $"3 1 1 {Spki(own)}");
        Domain("dane3full.test", new LabTls { Chain = [own] }, $"3 0 2 {Full(own)}");
        Domain("rollover.test", new LabTls { Chain = [own] }, $"3 1 1 {new string('0', 64)}\n3 1 1 {Spki(own)}");
        Domain("danebad.test", Good("mx.danebad.test"), $"3 1 1 {new string('0', 64)}");

        // Usage 2: the chain, the name and the date matter.
        Domain("dane2.test", With("mx.dane2.test"), $"2 1 1 {Spki(root)}");
        Domain("dane2full.test", With("mx.dane2full.test"), $"2 0 0 {Convert.ToHexString(root.RawData)}");
        Domain("dane2name.test", With("mx.elsewhere.test"), $"2 1 1 {Spki(root)}");
        Domain("dane2old.test", With("mx.dane2old.test", isExpired: true), $"2 1 1 {Spki(root)}");
        Domain("dane2nexthop.test", With("dane2nexthop.test"), $"2 0 2 {Full(root)}");

        // A trust anchor's key of an algorithm that nobody knows: unusable alone, harmless beside another record.
        Domain("daneoddkey.test", Good("mx.daneoddkey.test"), $"2 1 0 {Convert.ToHexString(OddDaneTests.OddKey())}");
        Domain("daneoddkeys.test", With("mx.daneoddkeys.test"), $"2 1 0 {Convert.ToHexString(OddDaneTests.OddKey())}\n2 1 1 {Spki(root)}");

        // Usages 0 and 1, broken digests: unusable.
        Domain("dane1.test", Good("mx.dane1.test"), $"1 1 1 {new string('0', 64)}");
        Domain("wishdane.test", Good("mx.wishdane.test"), $"1 1 1 {new string('0', 64)}");
        Domain("dane0.test", Good("mx.dane0.test"), $"0 1 1 {Spki(root)}");
        Domain("daneshort.test", Good("mx.daneshort.test"), "3 1 1 0011");
        Domain("danetype.test", Good("mx.danetype.test"), $"3 1 9 {new string('0', 64)}");
        Domain("danestripped.test", Good("mx.danestripped.test") with { IsStripped = true }, $"3 1 1 {new string('0', 64)}");

        // An alias: SNI and TLSA are those of the name it leads to.
        var target = Keep(Certificates.SelfSigned("real.alias.test"));
        _zone.Append(null, $"alias.test. MX 10 mx.alias.test.\nmx.alias.test. CNAME real.alias.test.\nreal.alias.test. A {Address("real.alias.test", new LabTls { Chain = [target] })}\n");
        Tlsa("real.alias.test", $"3 1 1 {Spki(target)}");

        // The first host is as good as the web's authorities say; the second one proves itself.
        _zone.Append(null, $"mixed.test. MX 10 first.mixed.test.\nmixed.test. MX 20 second.mixed.test.\nfirst.mixed.test. A {Address("first.mixed.test", Good("first.mixed.test"))}\nsecond.mixed.test. A {Address("second.mixed.test", new LabTls { Chain = [own] })}\n");
        Tlsa("second.mixed.test", $"3 1 1 {Spki(own)}");
    }

    private void Both()
    {
        var good = Keep(Certificates.Issue("mx.both.test"));
        Domain("both.test", new LabTls { Chain = [good, Certificates.Root] }, $"3 1 1 {Spki(good)}", Enforce("mx.both.test"));
        var own = Keep(Certificates.SelfSigned("mx.bothdane.test"));
        Domain("bothdane.test", new LabTls { Chain = [own] }, $"3 1 1 {Spki(own)}", Enforce("mx.bothdane.test"));
        Domain("bothsts.test", Good("mx.bothsts.test"), $"3 1 1 {new string('0', 64)}", Enforce("mx.bothsts.test"));
    }
}
