"""By which mail programs the readers of a newsletter read it."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.rendering.client_support import support

# In percent. Public counts come from pictures that were loaded, so they see Apple's proxy, which
# loads all of them, as readers, and hardly see Outlook, which loads none unasked; both are put
# right here by estimate. docs/reference/findings.md says how.
_USUAL = {
    "apple-mail.ios": 28.0,
    "apple-mail.macos": 8.0,
    "gmail.android": 14.0,
    "gmail.desktop-webmail": 12.0,
    "gmail.ios": 8.0,
    "gmail.mobile-webmail": 2.0,
    "outlook.windows": 8.0,
    "outlook.outlook-com": 5.0,
    "outlook.ios": 2.0,
    "outlook.android": 2.0,
    "outlook.macos": 1.0,
    "yahoo.desktop-webmail": 2.0,
    "yahoo.android": 1.5,
    "yahoo.ios": 1.5,
    "samsung-email.android": 2.0,
    "aol.desktop-webmail": 1.0,
    "thunderbird.macos": 1.0,
    "gmx.desktop-webmail": 0.5,
    "web-de.desktop-webmail": 0.5,
}

#: The greatest part there is; parts may be percent or readers.
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ClientMix:
    """The share of each mail program among the readers; together they are 1."""

    shares: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        if abs(sum(share for _, share in self.shares) - 1) > 1e-6 or any(
            share <= 0 for _, share in self.shares
        ):
            raise ValueError("the shares of a mix are above 0, and together 1")


def usual() -> ClientMix:
    """Give the mix of a list about which nothing is known."""
    return _of_weights(_USUAL)


def parse(parts: Mapping[str, object]) -> ClientMix:
    """Make a mix of parts by family (``gmail``) or by program (``outlook.windows``).

    What a family has is divided as in the usual mix. Raises ValueError for a name that caniemail
    does not know, and for parts that make no mix; its words continue "clients ...".
    """
    known = support.load()
    weights: dict[str, float] = {}
    for name, part in parts.items():
        if isinstance(part, bool) or not isinstance(part, int | float) or not 0 <= part <= _MOST:
            raise ValueError(f"must give {name} a number from 0 to {_MOST:,}")
        members = _members(name, known)
        whole = sum(members.values())
        for client, weight in members.items():
            if client in weights:
                raise ValueError(
                    f"must not name {client} by itself and with its family too; "
                    "write the programs of that family one by one"
                )
            weights[client] = part * weight / whole
    if not any(weights.values()):
        raise ValueError("must give at least one mail program a number above 0")
    return _of_weights(weights)


def _members(name: str, known: support.Support) -> Mapping[str, float]:
    """Give the programs of a family with their weights, or the one that a name is of."""
    if name in known.clients:
        return {name: 1.0}
    if name not in known.families:
        raise ValueError(f"must not name {name!r}: {_nearest(name, known)}")
    every = [client for client in known.clients if client.partition(".")[0] == name]
    usual = {client: _USUAL[client] for client in every if client in _USUAL}
    return usual or dict.fromkeys(every, 1.0)


def _of_weights(weights: Mapping[str, float]) -> ClientMix:
    whole = sum(weights.values())
    return ClientMix(
        tuple((client, weight / whole) for client, weight in weights.items() if weight)
    )


def _nearest(name: str, known: support.Support) -> str:
    names = [*known.families, *known.clients]
    near = difflib.get_close_matches(name.lower().replace(" ", "-").replace("_", "-"), names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known are {', '.join(known.families)}, and programs such as outlook.windows"
