"""`line vty` with `access-class`: who may open a session of SSH or Telnet on the device.

Source: Cisco IOS Security Command Reference, `access-class`: the list looks at the source of an incoming connection.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.configuration import Stage, Term
from cloison.flows.configuring.cisco.lists import AccessList, Discovery, Lists
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.protocols import TCP
from cloison.netmodel.space.services import ServiceSet

_SESSIONS = ServiceSet.of((TCP, TCP), (22, 23))
_UNEQUAL = say(
    "another range of lines has another list, or none: which one a session meets depends on the lines in use",
    "une autre plage de lignes a une autre liste, ou aucune : celle d’une session dépend des lignes occupées",
)
_ENDS = say(
    "access-class looks at sources; what it does with the rest of an extended list depends on the version",
    "access-class regarde les sources ; le sort du reste d’une liste étendue dépend de la version",
)
_MISSING = say(
    "the list {name} is not defined or empty: the device permits everything here",
    "la liste {name} n’est pas définie ou est vide : l’équipement laisse tout passer ici",
)


def terminals(lines: Sequence[Statement], lists: Lists, notes: Notes) -> Stage | None:
    """Return the stage of sessions that reach the terminal lines, or ``None`` where no list guards them."""
    terms: list[Term] = []
    for family in (4, 6):
        named = [_named(line, family, lists, notes) for line in lines]
        chosen = [item for item in named if item is not None]
        same = len(chosen) == len(named) and len({item.name for item in chosen}) == 1
        for listed in {item.name: item for item in chosen}.values():
            terms += _guarded(listed, same)
    return Stage("line vty", tuple(terms), "none", "permit") if terms else None


def _named(line: Statement, family: int, lists: Lists, notes: Notes) -> AccessList | None:
    found: AccessList | None = None
    for child in line.walk():
        words = child.words[1:] if child.words[0] in ("ip", "ipv6") else child.words
        of_family = 6 if child.words[0] == "ipv6" else 4
        if not words or words[0] != "access-class" or len(words) < 3 or words[2] != "in":
            if family == 4:
                notes.harmless += 1
            continue
        if of_family != family:
            continue
        found = lists.found.get((family, words[1]))
        if found is None or not found.entries:
            message = say(_MISSING.text.en, _MISSING.text.fr, name=words[1])
            notes.leave(child.written("line vty"), message)
            found = None
        else:
            notes.understood += 1
    return found


def _guarded(listed: AccessList, same: bool) -> list[Term]:
    every = V4 if listed.family == 4 else V6
    found: list[Term] = []
    for term in (*listed.ordered(), *listed.closing(Discovery())):
        services = term.services & _SESSIONS
        if not services:
            continue
        whole = every <= term.destinations and term.services >= _SESSIONS
        doubt = term.doubt or (None if whole else _ENDS) or (None if same else _UNEQUAL)
        found.append(Term(term.action, term.written, term.sources, every, services,
                          sure=doubt is None, doubt=doubt))  # fmt: skip
    return found
