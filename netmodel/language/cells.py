"""The text of a cell -> the raw value of its field, as if it had been written in YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cloison.netmodel.finding import Text, say
from cloison.netmodel.language.columns import JUSTIFICATIONS, MEASURES, Column, fold
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.faults import Fault, Wrong, unknown

_ITEMS = re.compile(r"[;,\n]")
_CLAUSES = re.compile(r"[;\n]")  # of texts, which have commas of their own
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ENCRYPTION = re.compile(r"([^\W\d][\w-]*?)\s*(?:(?:>=|≥|:|/|\s|v)\s*v?(\d[\w.]*)\s*\+?)?", re.IGNORECASE)
_APPROVAL = re.compile(r"(?:([^:]+?)\s*:)?\s*(.*?)\s*\(?\s*(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})?\s*\)?", re.DOTALL)
_VERSION = re.compile(r"v?\d\S*", re.IGNORECASE)
_NONE = frozenset({"aucun", "aucune", "non", "none", "no", "neant", "n a", "sans"})
_IN_WORDS = frozenset({"procedure", "monitoring"})  # measures that name nothing on the path
_MEASURE = Text("kind of measure", "Type de mesure")

DIRECTIONS: Mapping[str, str] = {
    "->": "->", "→": "->", "=>": "->", "unidirectionnel": "->", "unidirectional": "->", "one way": "->",
    "aller": "->", "source vers destination": "->", "source to destination": "->",
    "<-": "<-", "←": "<-", "<=": "<-", "retour": "<-", "destination vers source": "<-", "destination to source": "<-",
    "<->": "<->", "↔": "<->", "<=>": "<->", "bidirectionnel": "<->", "bidirectional": "<->", "both ways": "<->",
    "les deux": "<->", "both": "<->",
}  # fmt: skip
_DIRECTION = Text("direction", "Sens")


def items(cell: str) -> list[str]:
    """Return the items of a cell: separated by semicolons, commas or line ends."""
    return [item for item in map(str.strip, _ITEMS.split(cell)) if item]


def read_cell(column: Column, cell: str, day_first: bool) -> Raw:
    """Return the raw value of a cell that is not empty; nothing when it says that there is none.

    ``day_first`` reads 31/12/2026 as a date, which only tables with French headers may write. Raises
    :class:`~cloison.netmodel.language.faults.Wrong`.
    """
    match column.reading:
        case "list":
            return [_word(column, item) for item in items(cell)]
        case "word":
            return _word(column, cell)
        case "date":
            return _date(cell, day_first)
        case "direction":
            return _direction(cell)
        case "encryption":
            return _encryption(cell)
        case "justification":
            return _justification(cell)
        case "measures":
            return [_measure(clause) for clause in _clauses(cell)]
        case "approvals":
            return [_approval(clause, day_first) for clause in _clauses(cell)]
        case "software":
            return [_software(item) for item in items(cell)]
        case _:
            return cell


def _word(column: Column, word: str) -> str:
    return column.words.get(fold(word), word) if column.words else word


def _date(cell: str, day_first: bool) -> str:
    written = _DAY_FIRST.fullmatch(cell) if day_first else None
    return f"{written[3]}-{written[2]:0>2}-{written[1]:0>2}" if written else cell


def _clauses(cell: str) -> list[str]:
    return [clause for clause in map(str.strip, _CLAUSES.split(cell)) if clause]


def _direction(cell: str) -> str:
    found = DIRECTIONS.get(cell) or DIRECTIONS.get(fold(cell))
    if found is None:
        raise Wrong(
            unknown(
                cell,
                ("->", "<-", "<->", "unidirectionnel", "bidirectionnel", "unidirectional", "bidirectional"),
                "unknown-word",
                _DIRECTION,
            )
        )
    return found


def _encryption(cell: str) -> Raw:
    if cell in ("-", "–", "—") or fold(cell) in _NONE:
        return None
    found = _ENCRYPTION.fullmatch(cell)
    if found is None:
        raise Wrong(
            Fault(
                "wrong-value",
                say(
                    "“{cell}” is no encryption: write a protocol and, if need be, its least version, as tls 1.2",
                    "« {cell} » n’est pas un chiffrement : écrivez un protocole et au besoin sa version, comme tls 1.2",
                    cell=cell,
                ),
            )
        )
    encryption = {"protocol": found[1].lower()}
    if found[2]:
        encryption["minimum"] = found[2]
    return encryption


def _justification(cell: str) -> Raw:
    head, colon, text = cell.partition(":")
    kind = JUSTIFICATIONS.get(fold(head)) if colon else None
    return {"kind": kind, "text": text.strip()} if kind else {"text": cell}


def _measure(clause: str) -> Raw:
    head, _, rest = clause.partition(":")
    kind = MEASURES.get(fold(head))
    if kind is None:
        raise Wrong(unknown(head.strip(), tuple(MEASURES), "unknown-word", _MEASURE))
    if not rest.strip():
        return {"kind": kind}
    return {"kind": kind, "text" if kind in _IN_WORDS else "by": rest.strip()}


def _approval(clause: str, day_first: bool) -> Raw:
    found = _APPROVAL.fullmatch(clause)
    if found is None or not found[2]:
        return {"by": clause}
    approval = {"by": found[2]}
    if found[1]:
        approval["party"] = found[1].strip()
    if found[3]:
        approval["on"] = _date(found[3], day_first)
    return approval


def _software(item: str) -> Raw:
    name, _, version = item.rpartition(" ")
    if name and _VERSION.fullmatch(version):
        return {"name": name.strip(), "version": version}
    return {"name": item}


def inline_services(protocol: str, ports: str) -> list[str]:
    """Return the services of a row's protocol and ports, such as ``tcp/443``; every protocol with every port."""
    protocols = [item.strip().lower() for item in re.split(r"[;,\n/+]|\bet\b|\band\b", protocol) if item.strip()]
    protocols = [f"ip/{item}" if item.isdigit() else item for item in protocols]
    found = []
    for port in [re.sub(r"\s*[-–]\s*", "-", item) for item in items(ports)] or [""]:
        if not port:
            found += protocols
        elif not port[0].isdigit():
            found.append(port.lower())  # tcp/443, written whole
        elif not protocols:
            found.append(port)  # refused where services are read: a port without its protocol
        else:
            found += [f"{name}/{port}" for name in protocols]
    return found
