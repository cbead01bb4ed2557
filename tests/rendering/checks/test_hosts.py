"""What number a host is, and who can know it."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering.checks import addresses, hosts
from pipeline.rendering.checks.hosts import is_public


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("127.8.8.8", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),  # noqa: S104 - nobody listens
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
        ("nonsense", False),
    ],
)
def test_knows_what_is_public(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("host", "number"),
    [
        ("127.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("\uff11\uff12\uff17.0.0.1", "127.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("0X7F000001", "127.0.0.1"),
        ("1.2.65535", "1.2.255.255"),
        ("1.2.65536", "None"),
        ("256.1", "None"),
        ("4294967296", "None"),
        ("08.1", "None"),
        ("1..2", "None"),
        ("9" * 5000, "None"),
        ("1.2.3.4.5", "None"),
        ("999.1.1.1", "None"),
        ("a.example", "None"),
    ],
)
def test_reads_the_number_that_browsers_read(host, number):
    assert str(hosts.number_of(host)) == number


@pytest.mark.parametrize(
    ("url", "name", "words"),
    [
        ("https://127.1/", "link/private", "(127.1 is 127.0.0.1)"),
        ("https://0x7f.1/", "link/private", "(0x7f.1 is 127.0.0.1)"),
        ("https://2130706433/", "link/private", "(2130706433 is 127.0.0.1)"),
        ("https://[fe80::1%25eth0]/", "link/private", "your own network"),
        ("https://1566891790/", "link/disguised", "hides the number 93.100.223.14 in 1566891790"),
        ("https://999.1.1.1/", "link/unusable", "does not work in a mail"),
        ("https://a.example:99999/", "link/unusable", "does not work in a mail"),
    ],
)
def test_says_of_an_odd_host_what_it_is(url, name, words):
    (trouble,) = addresses.judge(url)

    assert trouble.id == name
    assert words in trouble.message
    assert trouble.remedy


@pytest.mark.parametrize(
    "url", ["https://93.184.215.14/", "https://[2606:2800:0:0::1]/", "https://3.example:8443/"]
)
def test_a_host_that_is_no_riddle_is_no_finding(url):
    assert list(addresses.judge(url)) == []


@given(
    st.lists(
        st.one_of(
            st.integers(0, 300).map(str),
            st.integers(0, 300).map(hex),
            st.integers(0, 300).map("0{:o}".format),
            st.integers(0, 2**33).map(str),
        ),
        min_size=1,
        max_size=5,
    ).map(".".join)
)
def test_reads_numbers_as_the_system_does(host):
    try:
        meant = socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        meant = "None"

    assert str(hosts.number_of(host)) == meant


@given(st.text(max_size=40))
def test_any_host_is_judged(host):
    assert hosts.is_private(host) in {True, False}
    for trouble in addresses.judge(f"https://{host}/"):
        assert trouble.id.startswith("link/")
        assert trouble.message
        assert trouble.remedy
