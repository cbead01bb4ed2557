"""What the theme says by itself, in the languages of the interface."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The theme's own words; ``{...}`` is filled by the context."""

    view_in_browser: str
    issue: str
    in_this_issue: str
    a_reader: str
    #: Above a question; ``{name}`` asked it.
    asks: str
    #: Above an answer; ``{name}`` gave it.
    answers: str
    #: Above an answer of which nobody said who gave it.
    the_answer: str
    reading_time: str
    inspired_by: str
    #: The heading over the button that asks a question.
    ask_heading: str
    ask: str
    ask_subject: str
    #: Why a reader gets this mail; ``{address}`` gets it, ``{title}`` is the newsletter.
    why: str
    unsubscribe: str
    #: From January.
    months: tuple[str, ...]
    #: How a day is written out.
    date: str


_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_WORDS = {
    "en": Words(
        view_in_browser="View in your browser",
        issue="Issue {number}",
        in_this_issue="In this issue",
        a_reader="A reader",
        asks="{name} asks",
        answers="{name} answers",
        the_answer="The answer",
        reading_time="{minutes} min read",
        inspired_by="This question followed the column",
        ask_heading="Have a question of your own?",
        ask="Ask a question",
        ask_subject="A question for {title}",
        why="You get this mail at {address} because you signed up for {title}.",
        unsubscribe="Unsubscribe",
        months=_ENGLISH_MONTHS,
        date="{month} {day}, {year}",
    ),
    "de": Words(
        view_in_browser="Im Browser ansehen",
        issue="Ausgabe {number}",
        in_this_issue="In dieser Ausgabe",
        a_reader="Jemand aus der Leserschaft",
        asks="{name} fragt",
        answers="{name} antwortet",
        the_answer="Die Antwort",
        reading_time="{minutes} Min. Lesezeit",
        inspired_by="Anlass dieser Frage war die Kolumne",
        ask_heading="Haben Sie selbst eine Frage?",
        ask="Eine Frage stellen",
        ask_subject="Eine Frage an {title}",
        why="Diese E-Mail geht an {address}, weil Sie {title} abonniert haben.",
        unsubscribe="Abbestellen",
        months=(
            *("Januar", "Februar", "März", "April", "Mai", "Juni"),
            *("Juli", "August", "September", "Oktober", "November", "Dezember"),
        ),
        date="{day}. {month} {year}",
    ),
    "fr": Words(
        view_in_browser="Voir dans le navigateur",
        issue="Numéro {number}",
        in_this_issue="Dans ce numéro",
        a_reader="Une personne parmi nos lecteurs",
        asks="{name} demande",
        answers="{name} répond",
        the_answer="La réponse",
        reading_time="{minutes} min de lecture",
        inspired_by="Cette question fait suite à la chronique",
        ask_heading="Vous avez une question ?",
        ask="Poser une question",
        ask_subject="Une question pour {title}",
        why="Vous recevez ce message à {address} parce que vous êtes abonné à {title}.",
        unsubscribe="Se désabonner",
        months=(
            *("janvier", "février", "mars", "avril", "mai", "juin"),
            *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        ),
        date="{day} {month} {year}",
    ),
    "es": Words(
        view_in_browser="Ver en el navegador",
        issue="Número {number}",
        in_this_issue="En este número",
        a_reader="Alguien que nos lee",
        asks="{name} pregunta",
        answers="{name} responde",
        the_answer="La respuesta",
        reading_time="{minutes} min de lectura",
        inspired_by="Esta pregunta surgió de la columna",
        ask_heading="¿Tiene usted una pregunta?",
        ask="Hacer una pregunta",
        ask_subject="Una pregunta para {title}",
        why="Recibe este mensaje en {address} porque se suscribió a {title}.",
        unsubscribe="Darse de baja",
        months=(
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        date="{day} de {month} de {year}",
    ),
    "ar": Words(
        view_in_browser="عرض في المتصفح",
        issue="العدد {number}",
        in_this_issue="في هذا العدد",
        a_reader="أحد القراء",
        asks="سؤال من {name}",
        answers="جواب من {name}",
        the_answer="الجواب",
        reading_time="مدة القراءة بالدقائق: {minutes}",
        inspired_by="جاء هذا السؤال بعد مقال",
        ask_heading="هل لديك سؤال؟",
        ask="اطرح سؤالا",
        ask_subject="سؤال إلى {title}",
        why="تصلك هذه الرسالة على {address} لأنك اشتركت في {title}.",
        unsubscribe="إلغاء الاشتراك",
        months=(
            *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
            *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
        ),
        date="{day} {month} {year}",
    ),
}

#: Languages written from right to left.
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def words_of(language: str, *, otherwise: str = "en") -> Words:
    """Find the words of a language tag, else those of another; English ones where both lack."""
    found = _WORDS.get(_primary(language)) or _WORDS.get(_primary(otherwise))
    return found or _WORDS["en"]


def direction_of(language: str) -> str:
    """Tell how a language is written: ``rtl`` or ``ltr``."""
    return "rtl" if _primary(language) in _RIGHT_TO_LEFT else "ltr"


def write_date(day: date, language: str) -> str:
    """Write a day out; as ISO 8601 in a language whose months are not known."""
    if _primary(language) not in _WORDS:
        return day.isoformat()
    words = words_of(language)
    pattern = words.date
    if _primary(language) == "en" and language.lower() not in {"en", "en-us"}:
        pattern = "{day} {month} {year}"
    first_in_french = day.day == 1 and _primary(language) == "fr"
    return pattern.format(
        day="1er" if first_in_french else day.day,
        month=words.months[day.month - 1],
        year=day.year,
    )
