import pytest

from pipeline.audience.mail_hosts import HOSTS, bucket_of, is_worth_asking, provider_by_hosts
from pipeline.audience.providers import OTHER, PROVIDERS


@pytest.mark.parametrize(
    ("hosts", "provider"),
    [
        pytest.param(["aspmx.l.google.com.", "alt1.aspmx.l.google.com."], "gmail", id="workspace"),
        pytest.param(["smtp.google.com."], "gmail", id="workspace-with-one-name"),
        pytest.param(["acme-com.mail.protection.outlook.com."], "outlook", id="microsoft-365"),
        pytest.param(["acme-com.a-v1.mx.microsoft."], "outlook", id="microsoft-365-with-dnssec"),
        pytest.param(["mta5.am0.yahoodns.net."], "yahoo", id="yahoo"),
        pytest.param(["mx01.mail.icloud.com."], "icloud", id="a-domain-at-icloud"),
        pytest.param(["in1-smtp.messagingengine.com."], "fastmail", id="fastmail"),
        pytest.param(["MX00.KUNDENSERVER.DE"], "ionos", id="capitals-without-a-dot"),
        pytest.param(["eu-smtp-inbound-1.mimecast.com."], "mimecast", id="a-filter"),
        pytest.param(["mail.acme.com.", "aspmx.l.google.com."], "gmail", id="own-then-google"),
        pytest.param(["mail.acme.com."], OTHER, id="own"),
        pytest.param(["notgoogle.com."], OTHER, id="an-end-within-a-label"),
        pytest.param(["google.com.evil.net."], OTHER, id="an-end-in-the-midst"),
        pytest.param(["."], OTHER, id="null-mx"),
        pytest.param([], OTHER, id="none"),
    ],
)
def test_a_provider_is_known_by_its_servers(hosts, provider):
    assert provider_by_hosts(hosts) == provider


def test_no_end_stands_for_two_providers():
    ends = [end for ends in HOSTS.values() for end in ends]

    assert len(ends) == len(set(ends))


def test_providers_of_both_tables_have_one_name():
    """A bucket with a domain of its own and servers elsewhere would be two."""
    by_name = {domain: name for name, domains in PROVIDERS.items() for domain in domains}
    both = {
        end: (name, by_name[end]) for name, ends in HOSTS.items() for end in ends if end in by_name
    }

    assert all(first == second for first, second in both.values())


@pytest.mark.parametrize(
    ("domain", "bucket"),
    [
        ("gmail.com", "gmail"),
        ("googlemail.com", "gmail"),
        ("pphosted.com", "proofpoint"),
        ("bank.example", "bank.example"),
    ],
)
def test_a_domain_names_its_provider_in_the_toml(domain, bucket):
    assert bucket_of(domain) == bucket


@pytest.mark.parametrize(
    ("domain", "is_worth"),
    [
        ("acme.com", True),
        ("xn--mnchen-3ya.de", True),
        ("gmail.com", False),
        ("mail.example", False),
        ("example.org", False),
        ("host.local", False),
        ("localhost", False),
        ("[192.0.2.1]", False),
        ('b"@acme.com', False),
        ("a..com", False),
        ("x" * 64 + ".com", False),
    ],
)
def test_only_names_that_the_dns_could_know_are_asked_for(domain, is_worth):
    assert is_worth_asking(domain) is is_worth
