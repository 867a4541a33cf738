"""A cell of a zone matrix -> what may pass: ``allow all``, ``block all``, ``allow only``, ``block only`` some services.

A text says it in words, ``allow only https ssh``; a mapping has the words as a key, ``{allow only: [https, ssh]}``,
and room for a severity and a reason of the cell's own.
"""

from __future__ import annotations

from typing import Any, get_args

from cloison.netmodel.finding import SEVERITIES, Text, say
from cloison.netmodel.language import rules
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.faults import A_TEXT, KEY, MOST_FAULTS, WORD, Fault, Wrong, unknown, wrong_kind

ACCESS: tuple[str, ...] = get_args(rules.Access)
_BESIDE = ("severity", "why")
_TABLES = "properties"  # a key that tables alone write
_ACCESS = Text("access", "Accès")
_A_CELL = Text("an access such as “allow only https ssh”", "un accès comme « allow only https ssh »")


def access(value: Raw) -> dict[str, Any] | None:
    """Return a cell in canonical form, nothing where it says nothing; raises ``Wrong`` with every fault."""
    if value is None:
        return None
    if isinstance(value, str):
        words = value.replace(",", " ").split()
        if not words:
            return None
        return _cell(" ".join(words[:2]), words[2:])
    if not isinstance(value, dict):
        raise wrong_kind(value, _A_CELL)
    faults: list[Fault] = []
    named = [key for key in value if key in ACCESS]
    found: dict[str, Any] = {}
    if len(named) != 1:
        faults.append(
            Fault(
                "access",
                say(
                    "A cell says exactly one of {known}",
                    "Une cellule dit exactement l’un de : {known}",
                    known=ACCESS,
                ),
                (named[1],) if named[1:] else (),
                key=True,
            )
        )
    for key, one in value.items():
        if len(faults) > MOST_FAULTS:
            break
        try:
            if key in ACCESS:
                found |= _cell(key, _texts(one))
            elif key == "severity":
                if one not in SEVERITIES:
                    raise Wrong(unknown(_text(one), SEVERITIES, "unknown-word", WORD))
                found[key] = one
            elif key == "why":
                found[key] = _text(one)
            elif key == _TABLES:
                found[key] = tuple(_texts(one))
            else:
                raise Wrong(unknown(key, (*ACCESS, *_BESIDE), "unknown-key", KEY, key=True))
        except Wrong as wrong:
            faults += wrong.under(key)
    if faults:
        raise Wrong(*faults)
    return found


def _cell(word: str, services: list[str]) -> dict[str, Any]:
    if word not in ACCESS:
        raise Wrong(unknown(word, ACCESS, "unknown-word", _ACCESS))
    wanted = word.endswith("only")
    if wanted and not services:
        raise Wrong(
            Fault(
                "access",
                say(
                    "“{word}” names no service: write “{word} https ssh”",
                    "« {word} » ne nomme aucun service : écrivez « {word} https ssh »",
                    word=word,
                ),
            )
        )
    if not wanted and services:
        only = word.replace("all", "only")
        raise Wrong(
            Fault(
                "access",
                say(
                    "“{word}” takes no service, and {services} is named: write “{only} …”",
                    "« {word} » ne prend aucun service, et {services} est nommé : écrivez « {only} … »",
                    word=word,
                    services=tuple(services),
                    only=only,
                ),
            )
        )
    return {"access": word, "services": tuple(services)}


def _texts(value: Raw) -> list[str]:
    if value is None:
        return []
    return [_text(one) for one in value] if isinstance(value, list) else [_text(value)]


def _text(value: Raw) -> str:
    if isinstance(value, str):
        return value
    raise wrong_kind(value, A_TEXT)
