"""A small newsletter in each language of the interface, as files an editor could have written."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.content import parsing
from pipeline.model.address import Address
from pipeline.model.issue import Issue
from pipeline.model.qa import QA
from pipeline.rendering.options import RenderOptions
from tests.factories import make_issue

_HERE = Path(__file__).parent
_QAS = ("lift", "desk", "clock")


@dataclass(frozen=True, slots=True)
class Newsletter:
    """What a newsletter says besides its Q&As."""

    title: str
    preheader: str
    intro: str
    postal_address: str


_NEWSLETTERS = {
    "en": Newsletter(
        "The Window Seat",
        "Also: a clock that nobody may set right",
        "This week is about small things that everybody knows and nobody says."
        " Write to us about yours.",
        "12 Harbour Street, Leeds",
    ),
    "de": Newsletter(
        "Der Fensterplatz",
        "Außerdem: eine Uhr, die niemand stellen darf",
        "Diese Woche geht es um Kleinigkeiten, die alle wissen und niemand ausspricht."
        " Schreiben Sie uns von Ihren.",
        "Hafenstraße 12, Lübeck",
    ),
    "fr": Newsletter(
        "Côté fenêtre",
        "Et aussi\N{NO-BREAK SPACE}: une horloge que personne ne doit régler",
        "Cette semaine, de petites choses que tout le monde sait et que personne ne dit."
        " Racontez-nous les vôtres.",
        "12, rue du Port, Lille",
    ),
    "es": Newsletter(
        "Junto a la ventana",
        "Además: un reloj que nadie debe tocar",
        "Esta semana, pequeñas cosas que todos saben y nadie dice. Cuéntenos las suyas.",
        "Calle del Puerto 12, León",
    ),
    "ar": Newsletter(
        "مقعد النافذة",
        "وأيضا: ساعة لا يجوز لأحد أن يضبطها",
        "هذا الأسبوع عن أشياء صغيرة يعرفها الجميع ولا يقولها أحد. اكتبوا لنا عن أشيائكم.",
        "١٢ شارع الميناء، الإسكندرية",
    ),
}

LANGUAGES = tuple(_NEWSLETTERS)


def qas(language: str) -> tuple[QA, ...]:
    """Read the Q&As of a language."""
    return tuple(_read(f"{language}/{name}.md") for name in _QAS)


def issue(language: str) -> Issue:
    """Make the first issue of the newsletter in a language."""
    letter, read = _NEWSLETTERS[language], qas(language)
    return make_issue(
        number=7,
        title=letter.title,
        subject=read[0].title,
        preheader=letter.preheader,
        intro=letter.intro,
        qas=read,
    )


def options(language: str) -> RenderOptions:
    """Give the settings of the newsletter in a language."""
    letter = _NEWSLETTERS[language]
    return RenderOptions(
        title=letter.title,
        from_=Address("letters@news.example", letter.title),
        reply_to="questions@news.example",
        base_url="https://news.example",
        language=language,
        timezone="Europe/Berlin",
        postal_address=letter.postal_address,
    )


def _read(name: str) -> QA:
    parsed = parsing.parse((_HERE / name).read_bytes(), f"content/{name}")
    assert parsed.qa, parsed.findings
    return parsed.qa
