"""What a feature's use means to the readers: which of them lack it, and how bad that is."""

from dataclasses import dataclass
from textwrap import shorten

from pipeline.model.finding import Finding, Level
from pipeline.rendering.client_support import graceful, support
from pipeline.rendering.client_support.mix import ClientMix
from pipeline.rendering.client_support.support import Answer, Feature
from pipeline.rendering.client_support.usage import Use

#: The first part of the names of these findings.
GROUP = "client-support"
#: Of so many readers something that breaks is worth a warning.
MANY = 0.05
#: Fewer are not worth a word about an edition.
FEW = 0.01
#: A test that is more years older than the data says little about the programs of today.
OLD = 3
#: So many names and notes are said, those of most readers first.
_NAMED = 4
_NOTED = 2
_LONG_NOTE = 120
_LONG_SNIPPET = 40

_REMEDIES = {
    "css-pseudo": "keep what matters in the elements' own styles",
    "css-selector": "keep what matters in the elements' own styles",
    "css": "leave it out, or see that nothing is lost without it",
    "html": "leave it out, or say the same in words or by a link",
    "image": "use JPEG or PNG",
    "amp": "send HTML as well",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """The readers whose mail programs do not support a feature, or do so partly."""

    shares: tuple[tuple[str, float], ...]

    @property
    def whole(self) -> float:
        """Their part of all readers."""
        return sum(share for _, share in self.shares)


def judge(use: Use, feature: Feature, mix: ClientMix) -> Finding:
    """Say who lacks a feature that is used."""
    missing, partly = (_lack(feature, mix, answer) for answer in (Answer.NO, Answer.PARTLY))
    breaks = missing.whole >= MANY and feature.slug not in graceful.INSTEAD
    return Finding(
        id=f"{GROUP}/{feature.slug}",
        level=Level.WARNING if breaks else Level.NOTE,
        line=use.line,
        column=use.column,
        message=f"{_said(use, feature)} {_who(feature, missing, partly, mix)}{_age(feature)}",
        remedy=_remedy(feature, missing, partly),
    )


def share_without(feature: Feature, mix: ClientMix) -> float:
    """Give the part of the readers who lack a feature or a part of it."""
    return sum(_lack(feature, mix, answer).whole for answer in (Answer.NO, Answer.PARTLY))


def _lack(feature: Feature, mix: ClientMix, answer: Answer) -> Lack:
    return Lack(
        tuple(
            (client, share)
            for client, share in mix.shares
            if feature.answers.get(client, Answer.UNKNOWN) is answer
        )
    )


def _said(use: Use, feature: Feature) -> str:
    times = "once" if use.count == 1 else f"{use.count} times, first"
    cut = " ..." if len(use.snippet) > _LONG_SNIPPET else ""
    return f"{feature.title} ({times}: {use.snippet[:_LONG_SNIPPET].rstrip()}{cut})"


def _who(feature: Feature, missing: Lack, partly: Lack, mix: ClientMix) -> str:
    said = []
    if missing.shares:
        who = _names(missing, mix)
        said.append(f"does not work for {_percent(missing.whole)} of readers ({who})")
    if partly.shares:
        share, who = _percent(partly.whole), _names(partly, mix)
        said.append(
            f"only partly for {share} ({who})"
            if said
            else f"works only partly for {share} of readers ({who})"
        )
    if said:
        return " and ".join(said) + _notes(feature, missing, partly)
    if not {Answer.NO, Answer.PARTLY}.isdisjoint(feature.answers.values()):
        return "works in each mail program of your readers that was tested, but not in all others"
    return "works in every mail program that was tested"


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _names(lack: Lack, mix: ClientMix) -> str:
    """Name the mail programs of most readers, and a family as one where all of it is among them."""
    known = support.load()
    among = {client for client, _ in lack.shares}
    shares: dict[str, float] = {}
    for client, share in lack.shares:
        family = client.partition(".")[0]
        relatives = [other for other, _ in mix.shares if other.startswith(f"{family}.")]
        whole = len(relatives) > 1 and among.issuperset(relatives)
        name = known.families[family] if whole else known.clients[client]
        shares[name] = shares.get(name, 0) + share
    names = sorted(shares, key=lambda name: (-shares[name], name))
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _notes(feature: Feature, missing: Lack, partly: Lack) -> str:
    """Give what caniemail notes on the programs of most readers."""
    weights: dict[str, float] = {}
    for client, share in (*missing.shares, *partly.shares):
        for note in feature.notes.get(client, ()):
            weights[note] = weights.get(note, 0) + share
    notes = sorted(weights, key=lambda note: (-weights[note], note))[:_NOTED]
    shown = "; ".join(shorten(note, _LONG_NOTE, placeholder=" ...") for note in notes)
    return f": {shown}" if notes else ""


def _age(feature: Feature) -> str:
    year = int(feature.tested[:4])
    return f"; last tested in {year}" if int(support.load().updated[:4]) - year > OLD else ""


def _remedy(feature: Feature, missing: Lack, partly: Lack) -> str:
    if not missing.shares and not partly.shares:
        return f"nothing to do; {feature.url}"
    if feature.slug in graceful.INSTEAD:
        return f"{graceful.INSTEAD[feature.slug]}; {feature.url}"
    kind = next(kind for kind in _REMEDIES if feature.slug.startswith(kind))
    return f"{_REMEDIES[kind]}; {feature.url}"
