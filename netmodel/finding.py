"""What the tool has to say: texts in both languages, places in files, findings.

Every message is a :class:`Text` (English and French, both required) filled with values; nothing is
escaped here, because only an output knows its own syntax.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Lang = Literal["en", "fr"]
Severity = Literal["error", "warning", "note"]
Graph = Literal["declared", "effective", "observed"]

LANGS: tuple[Lang, ...] = ("en", "fr")
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # most severe first


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; ``{name}`` marks a value, in the same set of names in both.

    ``{name:word|words}`` is the word that agrees with a whole number: the first for 1, and in French for 0 too.
    """

    en: str
    fr: str

    def say(self, lang: Lang) -> str:
        """Return the text in ``lang``."""
        return self.fr if lang == "fr" else self.en


Value = str | int | float | date | datetime | Text | tuple[str, ...] | tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A text and the values that fill it."""

    text: Text
    values: Mapping[str, Value] = field(default_factory=dict)

    def say(self, lang: Lang) -> str:
        """Return the filled text in ``lang``; values are inserted as they are, never parsed."""
        return self.text.say(lang).format_map(
            {
                name: _Number(value, lang) if isinstance(value, int) else _shown(value, lang)
                for name, value in self.values.items()
            }
        )


def say(en: str, fr: str, **values: Value) -> Message:
    """Return the message of an English and a French text and their values."""
    return Message(Text(en, fr), values)


@dataclass(frozen=True, slots=True)
class _Number:
    """A whole number in a text: itself, or the word that agrees with it."""

    value: int
    lang: Lang

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self.value)
        one, _, several = spec.partition("|")
        return one if self.value == 1 or (self.value == 0 and self.lang == "fr") else several


def _shown(value: Value, lang: Lang) -> str:
    if isinstance(value, Text):
        return value.say(lang)
    if isinstance(value, tuple):
        return ", ".join(_shown(item, lang) for item in value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in an input, counted from 1; 0 where it has no such part.

    ``sheet`` names a spreadsheet's sheet (then ``line`` is the row), ``packet`` numbers a packet of a capture.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    sheet: str = ""
    packet: int = 0

    def __str__(self) -> str:
        place = self.file
        if self.sheet:
            place += f"[{self.sheet}]"
        if self.packet:
            return f"{place}#{self.packet}"
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return place


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """What a finding is about: the kind is a section's word in the singular (``zone``, ``line``...) and its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a witness: an object, what it does there, and where that is written."""

    subject: Ref
    note: Message | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """The proof of a finding: a path, a packet, a conversation or plain facts, in order."""

    kind: Literal["path", "packet", "conversation", "facts"]
    steps: tuple[Step, ...] = ()
    packet: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waived:
    """Who accepted a finding, why and until when; ``place`` is that of the waiver among the map's, if known."""

    why: str
    by: str
    until: date
    place: int = -1


@dataclass(frozen=True, slots=True)
class Finding:
    """Anything the tool has to say, with its rule, its place and its proof.

    The first span is the primary one. ``fingerprint`` comes from rule, subject and values, never from text or
    language, so that it survives a rewording and a translation.
    """

    rule: str
    severity: Severity
    message: Message
    subject: Ref
    spans: tuple[Span, ...] = ()
    witness: Witness | None = None
    remedy: Message | None = None
    clauses: tuple[str, ...] = ()
    graph: Graph = "declared"
    fingerprint: str = ""
    waiver: Waived | None = None
    known: bool = False  # an earlier report has it, and this run was asked for what is new

    @property
    def stands(self) -> bool:
        """Whether the finding counts: no waiver covers it, and it is not known from before."""
        return self.waiver is None and not self.known

    def __post_init__(self) -> None:
        if not self.fingerprint:
            values = sorted((name, _shown(value, "en")) for name, value in self.message.values.items())
            text = json.dumps([self.rule, self.subject.kind, self.subject.id, values], ensure_ascii=False)
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))  # names of files may hold surrogates
            object.__setattr__(self, "fingerprint", digest.hexdigest()[:16])


class MapError(Exception):
    """Every reason why an input cannot be used; the one exception that reaches a user."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(f"{_place(item)}{item.message.say('en')}" for item in findings[:20]))
        self.findings = findings


def _place(finding: Finding) -> str:
    return f"{finding.spans[0]}: " if finding.spans else ""


def input_error(rule: str, message: Message, subject: Ref, *spans: Span, remedy: Message | None = None) -> Finding:
    """Return the finding of an input error; its rule is a word such as ``unknown-name`` or ``syntax``."""
    return Finding(rule, "error", message, subject, spans, remedy=remedy)
