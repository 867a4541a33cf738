"""The witness of a finding as lines of text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from cloison.netmodel.assurance.framework import KIND_WORDS
from cloison.netmodel.finding import Lang, Step, Text, Witness

PACKETS = Text("{n} packet", "{n} paquet"), Text("{n} packets", "{n} paquets")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


def steps_said(witness: Witness | None, lang: Lang, *, precise: bool = True) -> list[str]:
    """Return one line for each step of the witness and one for its packet; not yet made printable.

    Times are whole when ``precise``, else to the second.
    """
    if witness is None:
        return []
    said = [
        f"{line}  ({step.span})" if step.span else line for step in witness.steps for line in (step_said(step, lang),)
    ]
    if witness.packet:
        said.append(_packet(witness.packet, lang, precise=precise))
    return [line for line in said if line]


def step_said(step: Step, lang: Lang) -> str:
    """Return what a step is and what it does, without its place; a note that only names it again is left out."""
    kind = KIND_WORDS.get(step.subject.kind)
    line = f"{kind.say(lang) if kind else step.subject.kind} {step.subject.id}".strip()
    if step.note is None or list(step.note.values.values()) == [step.subject.id]:  # "by F-1" of line F-1
        return line
    return f"{line} — {step.note.say(lang)}"


def to_the_second(text: str) -> str:
    """Return a time in UTC without its fraction of a second; any other text as it is."""
    found = MOMENT.fullmatch(text)
    return f"{found[1]}Z" if found else text


def _packet(packet: Mapping[str, str | int], lang: Lang, *, precise: bool) -> str:
    """Return who spoke to whom, for what, how much, when and where that is; what is not there is left out."""
    values = {name: str(value) for name, value in packet.items()}
    source = _end(values.pop("source", ""), values.pop("source_port", ""))
    port = values.pop("port", "")
    kind, _, code = port.partition("/")  # that of ICMP, which is no part of an address
    target = _end(values.pop("destination", ""), "" if code else port)
    ends = f"{source} → {target}" if source and target else source or target
    asked = f"{values.pop('protocol', '')} {f'{kind}/{code}' if code else ''}".strip()
    count = values.pop("packets", "")
    first = values.pop("first", "")
    vrf = values.pop("vrf", "")
    file, number = PurePath(values.pop("file", "")).name, values.pop("packet", "")
    parts = [
        f"{ends} {asked}".strip(),
        f"VRF {vrf}" if vrf not in ("", "default") else "",
        PACKETS[count != "1"].say(lang).format(n=count) if count else "",
        first if precise else to_the_second(first),
        f"{file}#{number}" if number else file,
        *(f"{name}={value}" for name, value in values.items()),
    ]
    return ", ".join(part for part in parts if part)


def _end(address: str, port: str) -> str:
    if not port:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
