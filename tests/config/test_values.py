"""Every key with values that are legal and values that are not."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import reading
from pipeline.config.sections import TABLES, keys_of
from tests.config.letters import LETTER, refusal

#: Key -> values that are legal, as they stand in the toml.
LEGAL: dict[tuple[str, str], list[str]] = {
    ("newsletter", "title"): ['"T"', '"Büro & Co."', '"  Spaces  "'],
    ("newsletter", "from"): ['"a@news.example"', '"A <a@news.test>"', "'\"A, B\" <a@b.example>'"],
    ("newsletter", "reply_to"): ['""', '"q@news.example"', '"Q <q@news.example>"'],
    ("newsletter", "list_id"): ['"a.b"', '"Column-1.news.example"'],
    ("newsletter", "base_url"): [
        '"https://news.example"',
        '"https://news.example:8443/letters/"',
        '"https://news.example/~letters/%C3%A9-1"',
        '"http://localhost:8080"',
        '"http://127.0.0.1:8080"',
        '"http://[::1]:8080"',
    ],
    ("newsletter", "language"): ['"en"', '"pt-BR"', '"zh-Hant"', '"EN"'],
    ("newsletter", "timezone"): ['"UTC"', '"America/New_York"', '"Europe/Berlin"'],
    ("newsletter", "postal_address"): ['"1 Main Street"'],
    ("newsletter", "verify_links"): ["true", "false"],
    ("newsletter", "first_number"): ["1", "812"],
    ("newsletter", "theme"): ['"classic"', '"my-theme_2"'],
    ("newsletter", "return_path"): ['""', '"bounces@news.example"'],
    ("selection", "count"): ["1", "100"],
    ("selection", "minimum"): ["1", "3"],
    ("selection", "order"): ['"oldest"', '"newest"', '"priority"'],
    ("selection", "topic_limit"): ["1", "9"],
    ("schedule", "at"): ['"tuesday 09:00"', '"sun 23:59"', '"Friday 7:05"'],
    ("schedule", "grace"): ['"6h"', '"90m"', '"1d 12h"'],
    ("schedule", "approval"): ['"none"', '"required"'],
    ("smtp", "host"): ['"127.0.0.1"', '"::1"', '"mail.news.example"', '"localhost"'],
    ("smtp", "port"): ["1", "25", "65535"],
    ("smtp", "security"): ['"none"', '"starttls"', '"tls"'],
    ("smtp", "username"): ['""'],
    ("smtp", "password_file"): ['""', '".secrets/smtp.password"'],
    ("smtp", "auth"): ['"auto"', '"plain"', '"login"', '"xoauth2"'],
    ("smtp", "connections"): ["1", "100"],
    ("smtp", "messages_per_connection"): ["1", "5000"],
    ("smtp", "window"): ["1", "16"],
    ("smtp", "rate"): ['""', '"14/s"', '"14/s, 50000/d"'],
    ("smtp", "rewrites"): ["[]", '["message-id", "Date"]'],
    ("smtp", "kind"): ['"smtp"', '"lmtp"', '"eml"'],
    ("smtp", "ca_file"): ['""', '"ca.pem"'],
    ("delivery", "on_doubt"): ['"hold"', '"resend"', '"assume-accepted"'],
    ("delivery", "expire"): ['"72h"', '"5d"'],
    ("delivery", "rate"): ['""', '"14/s"', '"100/m, 50000/d"'],
    ("delivery", "look_up_mx"): ["true", "false"],
    ("delivery", "warm_up"): ["0", "200"],
    ("providers", "rate"): ['""', '"14/s"'],
    ("providers", "connections"): ["0", "1", "100"],
    ("dkim", "domain"): ['""'],
    ("dkim", "selector"): ['""'],
    ("dkim", "key_file"): ['""'],
    ("dkim", "second_selector"): ['""'],
    ("dkim", "second_key_file"): ['""'],
    ("dkim", "ed25519_selector"): ['""'],
    ("dkim", "ed25519_key_file"): ['""'],
    ("dkim", "canonicalization"): ['"relaxed/relaxed"', '"relaxed/simple"'],
    ("database", "url"): ['"sqlite:///mailbag.db"', '"sqlite:////var/lib/mailbag.db"'],
    ("engine", "kind"): ['"local"'],
    ("checks", "fail_on"): ['"error"', '"warning"'],
    ("checks", "clients"): [
        "{ gmail = 1 }",
        '{ "outlook.windows" = 5, apple-mail = 12.5, yahoo = 0 }',
        "{ outlook.windows = 5, outlook.ios = 1 }",
    ],
    ("checks", "levels"): [
        '{"link/insecure" = "off"}',
        '{client-support = "note"}',
        "{}",
        '{"client-support/css-display-flex" = "off"}',
        '{"size/clip" = "note", "template/error" = "error"}',
    ],
    ("web", "host"): ['"127.0.0.1"', '"::"'],
    ("web", "port"): ["0", "8080"],
    ("web", "trusted_proxies"): ["[]", '["127.0.0.1", "10.0.0.0/8"]'],
    ("web", "search_engines"): ["true", "false"],
    ("images", "delivery"): ['"hosted"', '"attached"'],
    ("keys", "token_file"): ['"/etc/mailbag/token.key"'],
    ("keys", "old_token_files"): ["[]", '["a.key", "b.key"]'],
    ("keys", "suppression_file"): ['"s.key"'],
}

#: Key -> values that are refused.
ILLEGAL: dict[tuple[str, str], list[str]] = {
    ("newsletter", "title"): [
        '"a\\u202eb"',
        '"a\u202eb"',
        '""',
        '"  "',
        '"a\\nb"',
        '"a\\u0007"',
        "5",
        "true",
    ],
    ("newsletter", "from"): ['""', '"nobody"', '"A <a@b>"', '"a@b.example, c@d.example"', "1"],
    ("newsletter", "reply_to"): ['"nobody"', '"a@b.example\\r\\nBcc: c@d.example"', "[]"],
    ("newsletter", "list_id"): [
        *('""', '"nodot"', '"a b.c"', '"<a.b>"', '"a..b"', f'"{"a" * 252}.b"'),
    ],
    ("newsletter", "base_url"): [
        '""',
        '"news.example"',
        '"http://news.example"',
        '"ftp://news.example"',
        '"https://"',
        '"https://[::1"',
        '"https://news.example:99999"',
        '"https://news.example/?a=b"',
        "'https://news.example/\"onx=\"'",
        "'https://news.example/a\\b'",
        '"https://news.example/<b>"',
        '"https://news.example/a/../b"',
        '"https://news.example/%zz"',
        '"https://news,example"',
        '"https://news.example/?"',
        '"https://news.example/#a"',
        '"https://u:p@news.example"',
        '"https://büro.example"',
        '"https://news.example/a b"',
    ],
    ("newsletter", "language"): ['""', '"english"', '"e"', '"en_US"', "5"],
    ("newsletter", "timezone"): ['""', '"Mars/Base"', '"CET+25"', '"../etc/passwd"', "1"],
    ("newsletter", "postal_address"): ['""', '"a\\nb"'],
    ("newsletter", "verify_links"): ['"yes"', '"true"', "1", "0"],
    ("newsletter", "first_number"): ["0", "-1", '"1"', "1.0", "true"],
    ("newsletter", "theme"): ['""', '"../x"', '"a/b"', '"Classic!"', "[]"],
    ("newsletter", "return_path"): ['"nobody"', '"Bounces <b@news.example>"', "false"],
    ("selection", "count"): ["0", "101", "true", '"3"', "2.5"],
    ("selection", "minimum"): ["0", "4", "true"],
    ("selection", "order"): ['"random"', '""', "1"],
    ("selection", "topic_limit"): ["0", "false"],
    ("schedule", "at"): ['""', '"tuesday"', '"09:00"', '"blursday 09:00"', '"tuesday 24:00"', "9"],
    ("schedule", "grace"): ['""', '"0h"', '"6"', '"six hours"', "6", "true"],
    ("schedule", "approval"): ['"yes"', "true", "false"],
    ("smtp", "host"): ['""', '"smtp://x"', '"mail.example:25"', '"a b"', "25"],
    ("smtp", "port"): ["0", "65536", '"25"', '"x"', "true", "25.0"],
    ("smtp", "security"): ['"ssl"', '""', "true"],
    ("smtp", "username"): ['"x"', "5"],
    ("smtp", "password_file"): ["5", '"a\\nb"'],
    ("smtp", "auth"): ['"XOAUTH2"', '"cram-md5"', "true"],
    ("smtp", "connections"): ["0", "101", '"4"'],
    ("smtp", "messages_per_connection"): ["0", "true"],
    ("smtp", "window"): ["0", "101", "true"],
    ("smtp", "rate"): ['"fast"', '"0/s"', '"14"', '"14/week"', "5", "true"],
    ("smtp", "rewrites"): ['["from"]', '["From"]', '["a b"]', '[""]', "[1]", '"date"'],
    ("smtp", "kind"): ['"sendmail"', "1"],
    ("smtp", "ca_file"): ["true"],
    ("delivery", "on_doubt"): ['"retry"', "true"],
    ("delivery", "expire"): ['"0h"', '"never"', "72"],
    ("delivery", "rate"): ['"fast"', '"0/s"', "5"],
    ("delivery", "look_up_mx"): ['"yes"', "1"],
    ("delivery", "warm_up"): ["-1", '"200"', "true"],
    ("providers", "rate"): ['"fast"', "5"],
    ("providers", "connections"): ["-1", "101", '"4"'],
    ("dkim", "domain"): [
        *('"news.example"', '"example"', '"a b.example"', '"news.example."', '"https://x.example"'),
        *('"x..example"', "true"),
    ],
    ("dkim", "selector"): ['"s2026"', '"a b"', '"s_1"', '"-s"', '"s."', "2026"],
    ("dkim", "key_file"): ['"dkim.pem"', '"a\\nb"', "1"],
    ("dkim", "second_selector"): ['"s2026"', '"a b"'],
    ("dkim", "second_key_file"): ['"dkim.pem"', "false"],
    ("dkim", "ed25519_selector"): ['"ed2026"', '"a b"'],
    ("dkim", "ed25519_key_file"): ['"dkim.pem"', "1"],
    ("dkim", "canonicalization"): ['"simple/simple"', '"relaxed"', "true"],
    ("database", "url"): [
        '""',
        '"mailbag.db"',
        '"sqlite://"',
        '"sqlite:///:memory:"',
        '"mysql://h/db"',
        '"postgresql+psycopg2://h/db"',
        '"postgresql://h"',
        "5",
    ],
    ("engine", "kind"): ['"celery"', '""', "true"],
    ("checks", "fail_on"): ['"note"', '""', "true", "[]"],
    ("checks", "clients"): [
        "5",
        "{}",
        "{ gmial = 5 }",
        "{ gmail = 0 }",
        "{ gmail = -1 }",
        "{ gmail = nan }",
        "{ gmail = inf }",
        "{ gmail = true }",
        '{ gmail = "30" }',
        "{ gmail = [1] }",
        '{ gmail = 5, "gmail.ios" = 5 }',
        "{ gmail = { ios = { now = 5 } } }",
    ],
    ("checks", "levels"): [
        '"off"',
        '{"link/insecure" = "no"}',
        "{link = 1}",
        '{links = "off"}',
        '{"client-support/css-display-flexx" = "note"}',
        '{"template/error" = "note"}',
        '{"size/clip" = "off"}',
    ],
    ("web", "host"): ['""', '"http://x"', "0"],
    ("web", "port"): ["-1", "65536", '"8080"'],
    ("web", "trusted_proxies"): ['"127.0.0.1"', '["proxy"]', "[1]"],
    ("web", "search_engines"): ['"yes"', "1"],
    ("images", "delivery"): ['"inline"', '""', "true"],
    ("keys", "token_file"): ['""', "5"],
    ("keys", "old_token_files"): ['"a.key"', '[""]', "[1]"],
    ("keys", "suppression_file"): ['""'],
}

#: A backup has the keys of the relay, and hands over in any case.
for cases in (LEGAL, ILLEGAL):
    cases |= {
        ("smtp_backup", key): cases["smtp", key] for table, key in [*cases] if table == "smtp"
    }
LEGAL["smtp_backup", "kind"] = ['"smtp"', '"lmtp"']
ILLEGAL["smtp_backup", "kind"] = ['"eml"', '"sendmail"']

_HEADERS = {"smtp_backup": "[[smtp_backup]]", "providers": '[providers."gmail.com"]'}

#: Words of the library that reads the toml, which a person need not understand.
JARGON = re.compile(r"Input should|Value error|_type|pydantic|instance of|NoneType|valid integer")


def _every() -> set[tuple[str, str]]:
    return {(table, key) for table, model in TABLES.items() for key in keys_of(model)}


def _cases(table: dict[tuple[str, str], list[str]]) -> list[Any]:
    return [
        pytest.param(*where, value, id=f"{'.'.join(where)}={value}")
        for where, values in table.items()
        for value in values
    ]


def _with(table: str, key: str, value: str) -> str:
    kept = [line for line in LETTER.splitlines() if not line.startswith(f"{key} =")]
    if table == "newsletter":
        return "\n".join([*kept, f"{key} = {value}", ""])
    # A backup is no relay that is there already.
    first = '[smtp]\nhost = "first.example"\n' if table == "smtp_backup" else ""
    return f"{LETTER}{_HEADERS.get(table, f'[{table}]')}\n{key} = {value}\n{first}"


def test_no_key_is_left_out_here():
    assert set(LEGAL) == _every()
    assert set(ILLEGAL) == _every()


@pytest.mark.parametrize(("table", "key", "value"), _cases(LEGAL))
def test_takes_a_legal_value(table, key, value):
    document = reading.parse(_with(table, key, value), site=Path()).document

    assert document.newsletter.title


@pytest.mark.parametrize(("table", "key", "value"), _cases(ILLEGAL))
def test_refuses_an_illegal_value_in_plain_words(table, key, value):
    text = _with(table, key, value)

    error = refusal(text)

    line = next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(f"{key} ="))
    assert error.place == f"newsletter.toml:{line}"
    assert error.message.startswith(f"{_HEADERS.get(table, f'[{table}]')} {key}")
    assert error.remedy
    assert not JARGON.search(str(error))
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("added", "remedy"),
    [
        pytest.param('[smtp]\nport = "25"\n', "take the quotes away: port = 25", id="number"),
        pytest.param('[smtp]\nsecurity = "start-tls"\n', 'did you mean "starttls"?', id="word"),
        pytest.param('verify_links = "no"\n', "verify_links = false, without quotes", id="flag"),
        pytest.param("language = true\n", "put it in quotes", id="text"),
    ],
)
def test_says_what_to_write_instead(added, remedy):
    assert remedy in refusal(LETTER + added).remedy


def test_shows_the_value_as_it_stands_in_the_toml():
    assert refusal(LETTER + "[smtp]\nport = true\n").message == (
        "[smtp] port = true: must be a whole number"
    )


def test_does_not_repeat_what_may_hold_a_password():
    text = LETTER.replace("https://", "https://u:hunter2@")

    assert "hunter2" not in str(refusal(text))


def test_a_login_needs_an_encrypted_connection():
    error = refusal(LETTER + '[smtp]\nhost = "m.example"\nusername = "letters"\n')

    assert error.place == "newsletter.toml:9"
    assert "no password goes out in clear" in error.message


def test_more_q_and_as_are_not_needed_than_an_issue_takes():
    error = refusal(LETTER + "[selection]\ncount = 2\nminimum = 3\n")

    assert str(error).startswith("newsletter.toml:9: [selection] minimum: must not be above count")


def test_reads_lengths_and_rates():
    text = LETTER + '[schedule]\ngrace = "1d 12h"\n[smtp]\nrate = "14/s, 50000/d"\n'

    document = reading.parse(text, site=Path()).document

    assert document.schedule.grace == timedelta(hours=36)
    assert [limit.count for limit in document.smtp.rate.limits] == [14, 50000]


def test_a_slash_at_the_end_of_base_url_is_dropped():
    text = LETTER.replace("https://news.example", "https://news.example/letters/")

    document = reading.parse(text, site=Path()).document

    assert document.newsletter.base_url == "https://news.example/letters"


def test_capitals_of_a_language_tag_do_not_count():
    document = reading.parse(LETTER + 'language = "PT-br"\n', site=Path()).document

    assert document.newsletter.language == "pt-BR"


def test_a_locale_is_answered_with_the_tag_it_means():
    assert "did you mean en-US?" in str(refusal(LETTER + 'language = "en_us.UTF-8"\n'))
