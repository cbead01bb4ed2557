import pytest

from pipeline.audience import providers


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("a@gmail.com", "gmail"),
        ("a@googlemail.com", "gmail"),
        ("a@web.de", "gmx"),
        ("a@mail.example", providers.OTHER),
        ("a@gmail.com.mail.example", providers.OTHER),
    ],
)
def test_knows_the_provider_of_an_address(canonical, expected):
    assert providers.provider_of(canonical) == expected


def test_no_domain_is_at_two_providers():
    domains = [domain for domains in providers.PROVIDERS.values() for domain in domains]

    assert len(domains) == len(set(domains))
    assert all(domain == domain.lower() and domain.isascii() for domain in domains)
