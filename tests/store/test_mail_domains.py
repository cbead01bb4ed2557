from datetime import timedelta

from tests.factories import NOON
from tests.store.ledgers import add_readers

LATER = NOON + timedelta(days=14)


def providers(store) -> dict[str, str]:
    with store.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT canonical, provider FROM subscriber")
        return {row.canonical: row.provider for row in rows}


def test_asks_about_domains_that_nobody_knows_the_big_ones_first(store):
    add_readers(store, ["a@one.com", "a@two.com", "b@two.com"])
    add_readers(store, ["a@gmail.com"], provider="gmail")

    assert store.mail_domains.unknown(NOON, limit=9) == (("two.com", None), ("one.com", None))
    assert store.mail_domains.unknown(NOON, limit=1) == (("two.com", None),)


def test_asks_again_when_an_answer_is_old(store):
    add_readers(store, ["a@one.com"])
    store.mail_domains.learn({"one.com": "gmail"}, good_until=LATER)
    store.mail_domains.apply()

    assert store.mail_domains.unknown(LATER - timedelta(seconds=1), limit=9) == ()
    assert store.mail_domains.unknown(LATER, limit=9) == (("one.com", "gmail"),)


def test_readers_count_to_the_provider_of_their_domain(store):
    add_readers(store, ["a@one.com", "a@two.com", "a@three.com"])
    store.mail_domains.learn({"one.com": "gmail", "two.com": "other"}, good_until=LATER)
    store.mail_domains.apply()

    assert providers(store) == {"a@one.com": "gmail", "a@two.com": "other", "a@three.com": "other"}


def test_a_domain_that_moves_takes_its_readers_along(store):
    add_readers(store, ["a@one.com"])
    for provider in ("gmail", "outlook", "other"):
        store.mail_domains.learn({"one.com": provider}, good_until=LATER)
        store.mail_domains.apply()

        assert providers(store) == {"a@one.com": provider}


def test_readers_who_come_later_count_to_it_as_well(store):
    store.mail_domains.learn({"one.com": "gmail"}, good_until=LATER)
    add_readers(store, ["late@one.com"])
    store.mail_domains.apply()

    assert providers(store) == {"late@one.com": "gmail"}


def test_a_domain_with_a_thousand_readers_is_a_provider_of_its_own(store):
    add_readers(store, [f"r{number}@big.com" for number in range(1_000)])
    add_readers(store, [f"r{number}@small.com" for number in range(999)])
    store.mail_domains.learn({"big.com": "other"}, good_until=LATER)
    store.mail_domains.apply()
    add_readers(store, ["late@big.com"])
    store.mail_domains.apply()

    found = providers(store)
    assert {name for to, name in found.items() if to.endswith("big.com")} == {"big.com"}
    assert {name for to, name in found.items() if to.endswith("small.com")} == {"other"}


def test_a_big_domain_is_asked_about_like_any_other(store):
    add_readers(store, [f"r{number}@big.com" for number in range(1_000)])
    store.mail_domains.apply()
    assert store.mail_domains.unknown(NOON, limit=9) == (("big.com", None),)

    store.mail_domains.learn({"big.com": "outlook"}, good_until=LATER)
    store.mail_domains.apply()

    assert set(providers(store).values()) == {"outlook"}
