import pytest

from pipeline.model.finding import Finding, Level
from pipeline.rendering.client_support import checking, graceful, judging, mix, support
from pipeline.rendering.client_support.features import DETECTORS
from pipeline.rendering.client_support.mix import ClientMix
from pipeline.rendering.client_support.usage import Use

_WORD = mix.parse({"outlook.windows": 1, "apple-mail.ios": 3})


def _only(page: str, clients: ClientMix = _WORD, slug: str = "") -> Finding:
    found = (*checking.check_page(page, clients), *checking.supported(page, clients))
    (finding,) = [one for one in found if one.id.startswith(f"client-support/{slug}")]
    return finding


def test_a_feature_that_many_lack_and_that_breaks_is_a_warning():
    finding = _only("<x style='display:flex'><x\n style='display:flex'>", slug="css-display-flex")

    assert finding.level is Level.WARNING
    assert (finding.line, finding.column) == (1, 11)
    assert finding.message == (
        "display:flex (2 times, first: display:flex) "
        "does not work for 25 % of readers (Outlook Windows); last tested in 2021"
    )
    assert finding.remedy == (
        "leave it out, or see that nothing is lost without it; "
        "https://www.caniemail.com/features/css-display-flex/"
    )


def test_what_few_lack_is_a_note():
    few = mix.parse({"outlook.windows": 1, "apple-mail.ios": 99})

    assert _only("<x style='display:flex'>", few, "css-display-flex").level is Level.NOTE


def test_what_breaks_nothing_is_a_note_that_says_what_becomes_of_it():
    finding = _only("<x style='border-radius:3px'>", slug="css-border-radius")

    assert finding.level is Level.NOTE
    assert "25 % of readers (Outlook Windows)" in finding.message
    assert finding.remedy.startswith("corners are square there; https://")


def test_what_works_only_partly_is_a_note_with_the_reason():
    finding = _only("<x style='margin:0'>", mix.parse({"gmail": 1}), "css-margin")

    assert finding.level is Level.NOTE
    assert finding.message.startswith(
        "margin (once: margin:0) works only partly for 100 % of readers (Gmail): "
        "Negative values are not supported"
    )


def test_a_feature_that_works_for_all_readers_but_not_for_all_people_says_so():
    finding = _only("<blockquote>", slug="html-blockquote")

    assert "of your readers that was tested, but not in all others" in finding.message
    assert finding.remedy.startswith("nothing to do")


def test_a_feature_that_works_everywhere_says_so():
    assert "works in every mail program that was tested" in _only("<p>").message


def test_names_a_family_once_when_all_of_it_is_meant_and_not_all_of_many():
    finding = _only("<x style='position:absolute'>", mix.usual(), "css-position")

    assert "46 % of readers (Gmail, Outlook Windows, Outlook iOS)" in finding.message
    assert "and 3 more)" in finding.message


def test_warnings_come_first():
    found = checking.check_page("<ul><video>", mix.usual())

    assert [one.level for one in found] == [Level.WARNING, Level.NOTE]


def test_what_all_readers_have_is_told_apart():
    page = "<p><blockquote style='border-radius: 1px'>"

    assert [one.id for one in checking.check_page(page, _WORD)] == [
        "client-support/css-border-radius"
    ]
    assert [one.id for one in checking.supported(page, _WORD)] == [
        "client-support/html-p",
        "client-support/html-blockquote",
        "client-support/css-unit-px",
    ]


def test_of_an_edition_only_news_are_said():
    page = "<p style='border-radius:1px; box-shadow:none; display:grid; padding:0'><small>a</small>"

    found = [*checking.check_edition(page, mix.usual())]

    assert [(one.id, one.level) for one in found] == [
        ("client-support/css-box-shadow", Level.NOTE),
        ("client-support/css-display-grid", Level.WARNING),
    ]


def test_what_breaks_nothing_is_told_of_features_that_exist_and_somebody_lacks():
    known = support.load().features
    everywhere = {
        slug
        for slug, feature in known.items()
        if not {support.Answer.NO, support.Answer.PARTLY} & set(feature.answers.values())
    }

    assert set(graceful.INSTEAD) <= set(DETECTORS)
    assert set(graceful.INSTEAD) & everywhere == set()


@pytest.mark.parametrize("client", sorted(support.load().clients))
def test_every_feature_can_be_judged_for_every_program(client):
    clients = mix.parse({client: 1})

    for slug in (slug for slug, facts in DETECTORS.items() if facts):
        feature = support.load().features[slug]
        use = Use(slug, count=1, line=1, column=1, snippet="")
        finding = judging.judge(use, feature, clients)
        assert feature.title in finding.message
        assert finding.remedy.endswith(feature.url)


def test_what_is_for_machines_or_stands_still_is_not_called_broken():
    page = '<link rel="canonical" href="https://a.example"><img src="https://a.example/a.gif">'
    found = {one.id: one for one in checking.check_page(page, mix.usual())}

    assert "client-support/html-link" not in found
    assert "stands still works everywhere" in found["client-support/image-gif"].remedy


def test_the_spacing_that_mjml_writes_into_its_pictures_is_no_news_of_an_edition():
    page = '<table style="border-spacing:0px"><tr><td>Jo</td></tr></table>'

    assert list(checking.check_edition(page, mix.usual())) == []
