from pathlib import Path

import pytest

from pipeline.config import reading
from pipeline.config.reading import FILE_NAME
from pipeline.errors import ConfigError
from tests.config.letters import LETTER, refusal


def test_a_site_needs_five_keys_and_no_more(tmp_path):
    settings = reading.parse(LETTER, site=tmp_path)

    assert settings.document.newsletter.title == "The Corner Office"
    assert settings.document.smtp.port == 1025
    assert settings.placeholders == ()


def test_finds_the_site_from_a_folder_inside_it(tmp_path):
    (tmp_path / FILE_NAME).write_text(LETTER)
    inside = tmp_path / "content" / "2026"
    inside.mkdir(parents=True)

    assert reading.find_site(inside) == tmp_path


def test_says_how_to_begin_where_there_is_no_site(tmp_path):
    with pytest.raises(ConfigError) as caught:
        reading.find_site(tmp_path)

    assert "mailbag init" in caught.value.remedy


def test_looks_no_further_than_the_folder_a_person_names(tmp_path):
    (tmp_path / FILE_NAME).write_text(LETTER)
    (tmp_path / "content").mkdir()

    assert reading.named_site(tmp_path) == tmp_path
    with pytest.raises(ConfigError, match=FILE_NAME):
        reading.named_site(tmp_path / "content")
    with pytest.raises(ConfigError, match="no such folder"):
        reading.named_site(tmp_path / "contents")


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_no_harm(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"\xef\xbb\xbf" + LETTER.replace("\n", "\r\n").encode())

    assert reading.read(tmp_path).document.newsletter.title == "The Corner Office"


def test_names_the_line_that_is_not_utf_8(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b'[newsletter]\ntitle = "Caf\xe9"\n')

    with pytest.raises(ConfigError) as caught:
        reading.read(tmp_path)

    assert str(caught.value) == "newsletter.toml:2: is not UTF-8; save the file as UTF-8"


def test_a_file_that_cannot_be_read_is_no_bug(tmp_path):
    (tmp_path / FILE_NAME).mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        reading.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("[newsletter\ntitle = 1\n", 1, id="header"),
        pytest.param(LETTER + "x = = 1\n", 7, id="twice-the-sign"),
        pytest.param(LETTER + 'title = "again"\n', 7, id="key-twice"),
        pytest.param(LETTER + "[newsletter]\n", 7, id="table-twice"),
        pytest.param(LETTER + 'language = "en\n', 7, id="open-quote"),
        pytest.param(LETTER + "at = tuesday\n", 7, id="no-quotes"),
    ],
)
def test_names_the_line_that_is_not_toml(text, line):
    error = refusal(text)

    assert error.place == f"newsletter.toml:{line}"
    assert "is not TOML" in error.message
    assert error.remedy


@pytest.mark.parametrize(
    ("added", "said"),
    [
        pytest.param("[smpt]\nport = 25\n", "7: there is no table [smpt]; did you mean [smtp]?"),
        pytest.param("titel = 'x'\n", "7: [newsletter] has no key 'titel'; did you mean title?"),
        pytest.param("sender = 'x'\n", "7: [newsletter] has no key 'sender'; did you mean from?"),
        pytest.param("port = 25\n", "7: [newsletter] has no key 'port'; it belongs to [smtp]"),
        pytest.param(
            "[smtp]\n\nuser = 'x'\n", "9: [smtp] has no key 'user'; did you mean username?"
        ),
        pytest.param(
            "[checks]\nxyzzy = 1\n",
            "8: [checks] has no key 'xyzzy'; known are fail_on, clients, levels",
        ),
        pytest.param(
            "smtp.prot = 25\n", "7: [newsletter] has no key 'smtp'; known are title, from,"
        ),
    ],
)
def test_names_the_nearest_word_that_is_known(added, said):
    assert f"newsletter.toml:{said}" in str(refusal(LETTER + added))


def test_says_under_which_table_a_key_belongs():
    error = refusal('title = "x"\n' + LETTER)

    assert (
        str(error) == "newsletter.toml:1: the key 'title' is in no table; put it under [newsletter]"
    )


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        pytest.param("[engagement]\nopens = true\n", "does not follow", id="engagement"),
    ],
)
def test_refuses_the_keys_of_later_releases_with_the_reason(added, reason):
    error = refusal(LETTER + added)

    assert reason in str(error)
    assert error.place == "newsletter.toml:7"


def test_workers_need_a_ledger_in_postgresql():
    error = refusal(LETTER + '[engine]\nkind = "procrastinate"\n')

    assert str(error) == (
        "newsletter.toml:8: workers on many machines need a ledger in PostgreSQL; set"
        ' url = "postgresql://user@host/database" in [database], or kind = "local" here'
    )


def test_refuses_a_database_without_repeating_its_password():
    error = refusal(LETTER + '[database]\nurl = "postgresql+other://u:hunter2@h/db"\n')

    assert "psycopg alone" in str(error)
    assert "hunter2" not in str(error)
    assert error.place == "newsletter.toml:8"


@pytest.mark.parametrize("key", ["password", "passwd", "pass"])
def test_refuses_a_password_and_says_where_it_belongs(key):
    error = refusal(LETTER + f'[smtp]\n{key} = "hunter2"\n')

    assert error.place == "newsletter.toml:8"
    assert "password_file" in error.remedy
    assert "MAILBAG_SMTP_PASSWORD" in error.remedy
    assert "hunter2" not in str(error)


def test_names_every_problem_in_the_order_of_the_lines():
    text = (
        LETTER.replace("title", "titel") + '[smtp]\nport = "25"\n[engin]\n[selection]\ncount = 0\n'
    )

    lines = str(refusal(text)).splitlines()

    assert [line.split(":")[1] for line in lines] == ["2", "8", "9", "11"]
    assert all("; " in line for line in lines)


def test_does_not_call_missing_what_was_only_misspelled():
    assert "missing" not in str(refusal(LETTER.replace("title", "titel")))
    assert "missing" not in str(refusal(LETTER.replace("[newsletter]", "[newsleter]")))


@pytest.mark.parametrize("key", ["title", "from", "list_id", "base_url", "postal_address"])
def test_says_which_key_is_missing(key):
    kept = [line for line in LETTER.splitlines() if not line.startswith(key)]

    error = refusal("\n".join(kept))

    assert error.message == f"[newsletter] {key} is missing"
    assert error.place == "newsletter.toml:1"
    assert key in error.remedy


def test_an_empty_file_is_told_what_it_needs():
    error = refusal("")

    assert error.message == "[newsletter] is missing"
    assert "title, from, list_id, base_url, postal_address" in error.remedy


@pytest.mark.parametrize(
    "text", ["newsletter = 5\n", '[[newsletter]]\ntitle = "x"\n', "newsletter = [1]\n"]
)
def test_a_table_that_is_none_is_said_once(text):
    error = refusal(text)

    assert str(error) == (
        "newsletter.toml:1: 'newsletter' must be a table; write [newsletter] on a line alone"
    )


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        pytest.param('reply_to = "a@CHANGE-ME.example"', True, id="value"),
        pytest.param("reply_to = '#CHANGE-ME@news.example'", True, id="after-a-hash-in-quotes"),
        pytest.param('language = "en" # CHANGE-ME', False, id="comment"),
        pytest.param("# CHANGE-ME", False, id="line-of-comment"),
        pytest.param('language = "en" # "CHANGE-ME"', False, id="quoted-comment"),
    ],
)
def test_a_placeholder_counts_outside_comments(line, counts, tmp_path):
    settings = reading.parse(f"{LETTER}{line}\n", site=tmp_path)

    assert settings.placeholders == ((7,) if counts else ())


def test_paths_count_from_the_site(tmp_path):
    settings = reading.parse(LETTER, site=tmp_path)

    assert settings.path(".secrets/x") == tmp_path / ".secrets/x"
    assert str(settings.path("/etc/x")) == "/etc/x"


def test_a_home_folder_of_nobody_is_no_bug(tmp_path):
    settings = reading.parse(LETTER, site=tmp_path)

    with pytest.raises(ConfigError, match="home folder"):
        settings.path("~nobody-has-this-name/x")


def test_names_the_line_of_a_mail_program_that_is_not_known():
    error = refusal(LETTER + '[checks]\nfail_on = "error"\n\n[checks.clients]\ngmial = 30\n')

    assert str(error) == (
        "newsletter.toml:10: [checks] clients: must not name 'gmial': did you mean gmail?; "
        "change that line"
    )


DKIM = """\
[dkim]
domain = "news.example"
selector = "s2026"
key_file = "dkim.pem"
"""


def test_reads_what_messages_are_signed_with():
    added = (
        'second_selector = "s2025"\nsecond_key_file = "old.pem"\n'
        'ed25519_selector = "ed.s2026"\ned25519_key_file = "ed.pem"\n'
        'canonicalization = "relaxed/simple"\n'
    )

    section = reading.parse(LETTER + DKIM + added, site=Path()).document.dkim

    assert section.model_dump(mode="json") == {
        "domain": "news.example",
        "selector": "s2026",
        "key_file": "dkim.pem",
        "second_selector": "s2025",
        "second_key_file": "old.pem",
        "ed25519_selector": "ed.s2026",
        "ed25519_key_file": "ed.pem",
        "canonicalization": "relaxed/simple",
    }


def test_a_domain_is_signed_for_as_it_stands_in_the_dns():
    text = LETTER + DKIM.replace("news.example", "Bücher.example")

    assert reading.parse(text, site=Path()).document.dkim.domain == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("added", "said"),
    [
        pytest.param('second_selector = "s2025"\n', "needs second_key_file", id="file"),
        pytest.param('ed25519_key_file = "e.pem"\n', "needs ed25519_selector", id="selector"),
        pytest.param(
            'second_selector = "S2026"\nsecond_key_file = "b.pem"\n', "that of another", id="same"
        ),
    ],
)
def test_refuses_half_a_key_and_one_selector_for_two(added, said):
    assert said in str(refusal(LETTER + DKIM + added))


def test_names_of_headers_are_compared_in_small_letters():
    text = LETTER + '[smtp]\nrewrites = ["Message-ID", "date"]\n'

    assert reading.parse(text, site=Path()).document.smtp.rewrites == ("message-id", "date")


# -- tables that stand there several times, and tables of tables


def test_reads_backups_in_their_order():
    added = '[[smtp_backup]]\nhost = "a.example"\n[[smtp_backup]]\nhost = "b.example"\n'

    document = reading.parse(LETTER + added, site=Path()).document

    assert [it.host for it in document.smtp_backup] == ["a.example", "b.example"]


def test_reads_what_a_provider_is_given():
    added = '[providers."GMail.com"]\nrate = "20/s"\n[providers."bank.example"]\nconnections = 2\n'

    given = reading.parse(LETTER + added, site=Path()).document.providers

    assert str(given["gmail.com"].rate) == "20/s"
    assert given["bank.example"].connections == 2


@pytest.mark.parametrize(
    ("added", "said"),
    [
        pytest.param(
            "[[smtp_backup]]\nport = 25\n[[smtp_backup]]\nprot = 25\n",
            "10: [[smtp_backup]] has no key 'prot'; did you mean port?",
            id="a-key-of-the-second-backup",
        ),
        pytest.param(
            "[[smtp_backup]]\nport = 25\n[[smtp_backup]]\nport = 0\n",
            "10: [[smtp_backup]] port = 0: must be at least 1",
            id="a-value-of-the-second-backup",
        ),
        pytest.param(
            "[smtp_bakup]\nport = 25\n",
            "7: there is no table [smtp_bakup]; did you mean [[smtp_backup]]?",
            id="a-slip-in-a-table-that-may-stand-there-twice",
        ),
        pytest.param(
            '[delivery]\nrate = "0/s"\n',
            '8: [delivery] rate = "0/s": must be a rate of at least one message, such as "14/s"',
            id="a-rate-of-nothing",
        ),
        pytest.param(
            '[[smtp_backup]]\nhost = "a.example"\n[[smtp_backup]]\nhost = "A.example"\n',
            "10: [[smtp_backup]] is a.example:1025 once more; name another relay",
            id="a-backup-that-is-there",
        ),
        pytest.param(
            "[[smtp_backup]]\nport = 1025\n",
            "7: [[smtp_backup]] is 127.0.0.1:1025 once more",
            id="a-backup-that-is-the-relay",
        ),
        pytest.param(
            '[providers."a.example"]\nrate = "1/s"\n[providers."b.example"]\nrat = "1/s"\n',
            "10: [providers.\"b.example\"] has no key 'rat'; did you mean rate?",
            id="a-key-of-the-second-provider",
        ),
        pytest.param(
            '[providers."a.example"]\nrate = "1/s"\n[providers."b.example"]\nrate = "fast"\n',
            '10: [providers."b.example"] rate = "fast": must be a rate',
            id="a-value-of-the-second-provider",
        ),
        pytest.param(
            "[smtp_backup]\nport = 25\n",
            "7: 'smtp_backup' must be tables; write [[smtp_backup]] on a line alone",
            id="one-bracket-too-few",
        ),
        pytest.param(
            '[providers]\nrate = "1/s"\n',
            "7: 'providers' must be tables; write [providers.\"gmail.com\"] on a line alone",
            id="a-provider-without-a-name",
        ),
        pytest.param(
            '[providers."gmail"]\nrate = "1/s"\n',
            '7: [providers."gmail"]',
            id="a-provider-that-is-no-domain",
        ),
        pytest.param(
            '[providers."gmail.com"]\nrate = "1/s"\n[providers."googlemail.com"]\nrate = "2/s"\n',
            "7: [providers]: has gmail.com and googlemail.com, which are one provider",
            id="one-provider-twice",
        ),
    ],
)
def test_says_in_which_of_the_tables_it_is_wrong(added, said):
    assert f"newsletter.toml:{said}" in str(refusal(LETTER + added))
