import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.audience import addresses
from pipeline.delivery import headers
from pipeline.model.address import Address

#: Addresses, nearly addresses, and what people type instead.
LOCALS = st.text(st.sampled_from("aZ0.+-_'\"@ (é\u0301<=\t\\#"), max_size=12)
DOMAINS = st.sampled_from(
    [
        "mail.example",
        "Mail.Test",
        "test",
        "localhost",
        "a.local",
        "b.invalid",
        "bücher.example",
        "xn--bcher-kva.example",
        "XN--A.example",
        "ab--c.example",
        "-a.example",
        "a-.example",
        "a..example",
        "a.123",
        "[127.0.0.1]",
        "x" * 64 + ".example",
        ".".join(["x" * 60] * 4) + ".example",
        "a_b.example",
        "mail.example.",
        "mail。example",
        "b@mail.example",
        "a.example>",
        "\u0301a.example",
    ]
) | st.text(st.sampled_from("aZ0.-é@ _[]:"), max_size=12)
TEXTS = st.builds("{}@{}".format, LOCALS, DOMAINS) | LOCALS | st.emails()


def is_valid(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("jo@news.example", Address("jo@news.example"), id="bare"),
        pytest.param("  jo@news.example\n", Address("jo@news.example"), id="blanks around"),
        pytest.param("Jo.Doe+tag@News.Test", Address("Jo.Doe+tag@News.Test"), id="as written"),
        pytest.param("<jo@news.example>", Address("jo@news.example"), id="brackets"),
        pytest.param("Jo Doe <jo@news.example>", Address("jo@news.example", "Jo Doe"), id="named"),
        pytest.param('"Doe, \\"Jo\\"" <j@n.test>', Address("j@n.test", 'Doe, "Jo"'), id="quoted"),
        pytest.param("Dr. Jö <j@n.test>", Address("j@n.test", "Dr. Jö"), id="as people type it"),
        pytest.param("jö@bu\u0308cher.example", Address("jö@bücher.example"), id="normalised"),
    ],
)
def test_reads_an_address(text, expected):
    assert addresses.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jo",
        "jo@",
        "@news.example",
        "jo@news",
        "jo doe@news.example",
        '"jo doe"@news.example',
        "jo@[127.0.0.1]",
        "jo@localhost",
        "a@b.test, c@d.test",
        "A <a@b.test>, C <c@d.test>",
        "A <a@b.test> C",
        "Jo\r\nBcc: <jo@news.example>",
        "Jo\0 <jo@news.example>",
        "jo@news.example\0",
        "x" * 5000 + "@news.example",
        "x" * 250 + "@news.example",
    ],
)
def test_says_in_a_sentence_why_it_is_no_address(text):
    with pytest.raises(ValueError, match=r"\w+ \w+") as raised:
        addresses.parse(text)

    assert not str(raised.value).endswith(".")
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("addr_spec", "expected"),
    [
        ("Jo.Doe+Tag@News.Example", "jo.doe+tag@news.example"),
        ("JÖ@BÜCHER.example", "jö@xn--bcher-kva.example"),
        ("jo\u0308@bücher.example", "jö@xn--bcher-kva.example"),
        ("jo@straße.example", "jo@xn--strae-oqa.example"),
        ("jo@XN--BCHER-KVA.example", "jo@xn--bcher-kva.example"),
    ],
)
def test_compares_by_normal_form_lower_case_and_a_label(addr_spec, expected):
    assert addresses.canonical(addr_spec) == expected


@given(TEXTS)
@example("a@xn--bcher-kva.example")
def test_a_canonical_address_is_its_own_canonical_form(text):
    if is_valid(text):
        canonical = addresses.canonical(addresses.parse_addr_spec(text))

        assert addresses.canonical(canonical) == canonical
        assert addresses.canonical(text.upper()) == addresses.canonical(text.upper().lower())


@given(st.lists(TEXTS, max_size=6))
@example(["a@mail.example", "b@mail.example", "b@mail.example>"])
@example(["a@mail.example", "x" * 245 + "@mail.example"])
@example(["a@mail.example", "a@b@mail.example", '"a@mail.example'])
def test_the_fast_reader_gives_the_verdict_of_the_library(texts):
    reader = addresses.AddressReader()
    for text in texts:
        try:
            addr_spec = reader.parse_addr_spec(text)
        except ValueError:
            assert not is_valid(text)
        else:
            assert is_valid(text)
            assert addr_spec == addresses.parse_addr_spec(text)


@given(TEXTS)
def test_whatever_is_an_address_can_be_written_in_a_header(text):
    if is_valid(text):
        headers.mailbox("To", Address(addresses.parse_addr_spec(text)))


def test_the_memory_of_domains_is_bounded():
    class Forgetful(addresses.AddressReader):
        REMEMBERED = 3

    reader = Forgetful()
    for number in range(10):
        reader.parse_addr_spec(f"a@host{number}.example")

    assert len(reader._good_domains) <= 3
