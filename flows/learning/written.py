"""A proposal as the text of a map: lines to be justified, and what was set apart as comments that cannot be missed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from cloison.flows.auditing.entries import moment
from cloison.flows.learning.proposal import WHY, Line, Proposal
from cloison.netmodel.finding import Lang, Message, Text

TO_BE_COMPLETED = Text("TO BE COMPLETED", "À COMPLÉTER")  # incomplete-line refuses it until it says something

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
_NOT_TEXT = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))
_PROPOSED = Text(
    "Lines proposed: {n}. Each needs its justification before `cloison check` accepts it.",
    "Lignes proposées : {n}. Chacune doit être justifiée avant que `cloison check` ne l’accepte.",
)
_APART = Text(
    "Not proposed: {n} kinds of conversations. Look at each of them.",
    "Non proposées : {n} sortes de conversations. Regardez chacune d’elles.",
)
_EVIDENCE = Text(
    "conversations: {n}, from {first} to {last}; first: {file} packet {packet}{probes}{wires}",
    "conversations : {n}, du {first} au {last} ; première : {file} paquet {packet}{probes}{wires}",
)


def lines_text(proposal: Proposal, taken: Iterable[str], lang: Lang) -> str:
    """Return the section ``flows`` of a map with the proposed lines; ``taken`` are the ids that the map has already."""
    written = [f"# {_said(_PROPOSED, lang, n=len(proposal.lines))}"]
    written.append("flows:" if proposal.lines else "flows: {}")
    for name, line in zip(names_of(proposal, taken), proposal.lines, strict=True):
        written.append(f"  # {evidence(line, lang)}")
        written.append(f"  {name}:")
        written.append(f"    from: {_list(line.sources)}")
        written.append(f"    to: {_list(line.targets)}")
        written.append(f"    services: {_list(line.services)}")
        written.append(f"    justification: {{kind: business, text: {_scalar(TO_BE_COMPLETED.say(lang))}}}")
    if proposal.apart:
        written += ["", f"# {_said(_APART, lang, n=len(proposal.apart))}"]
        for line in proposal.apart:
            ends = f"{_names(line.sources)} -> {_names(line.targets)} {_names(line.services)}"
            written.append(f"# {_comment(ends)}: {WHY[line.why].say(lang)}; {evidence(line, lang)}")
    return "\n".join(written) + "\n"


def names_of(proposal: Proposal, taken: Iterable[str]) -> list[str]:
    """Return new ids for the proposed lines, in their order."""
    known = set(taken)
    found = []
    number = 0
    for _ in proposal.lines:
        number += 1
        while f"L-{number:03}" in known:
            number += 1
        found.append(f"L-{number:03}")
    return found


def evidence(line: Line, lang: Lang) -> str:
    """Return in one line, without control characters, what a line was seen by."""
    probes = f", {_names(line.probes)}" if line.probes else ""
    wires = f", {_names(line.wires)}" if line.wires else ""
    return _comment(
        _said(
            _EVIDENCE, lang, n=line.conversations, first=moment(line.first)[:19] + "Z",
            last=moment(line.last)[:19] + "Z", file=line.place.file, packet=line.place.packet, probes=probes,
            wires=wires,
        )
    )  # fmt: skip


def _said(text: Text, lang: Lang, **values: str | int) -> str:
    return Message(text, values).say(lang)


def _list(items: tuple[str, ...]) -> str:
    return _scalar(items[0]) if len(items) == 1 else f"[{', '.join(_scalar(item) for item in items)}]"


def _scalar(text: str) -> str:
    """Return a text as YAML writes it: plain where nothing else can be meant, else between double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _names(items: Iterable[str]) -> str:
    return ", ".join(items)


def _comment(text: str) -> str:
    """Return a text that stays on its line of comment, whatever is in a file's name."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
