"""What raw files of one run tell each other: templates of one file in another, where they cannot be another exporter's.

A file of messages names no exporter, and many exporters use the same domain and identifiers. What one said holds in a
file that goes on from its own: the same version and domain, no earlier, and the exporter's own marks go on. NetFlow v9:
its clock began at the same time, and messages are numbered forwards (RFC 3954 section 5.1). IPFIX tells no clock: its
numbers of records go on without a gap, from another number than the 0 with which all begin (RFC 7011 section 3.1: the
records before a message; softflowd 1.1 counts those in it as well).
A file's own template always wins, and one on which files disagree is lent to none.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting import sets
from cloison.captures.exporting.options import Options
from cloison.captures.exporting.sampling import Rates
from cloison.captures.exporting.templates import Key, Layout, Template, Templates
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]
Domain = tuple[int, int]  # domain, version
Count = Callable[[Array, Template | None], int]  # the records of a set (its row) by a template; -1 when none tells

MILLI = 10**6
APART = 2000  # ms: a message tells whole seconds, and its clock drifts a little until the next file
JUMP = 1 << 16  # messages between two files; a larger step is another exporter's number
PAUSE = 24 * 3600 * 10**9  # ns between two files
UNKNOWN = -1
WRAP = 1 << 32
MOST_BYTES = 1 << 24  # of what is lent; the oldest is forgotten first
MOST_DOMAINS = 1 << 14  # of one file
MOST_SAID = 1 << 17  # templates whose agreement is known
MOST_ENDS = 64  # of one domain

_DISAGREED = b""


@dataclass(frozen=True, slots=True)
class Head:
    """What the header of a message says: ns since 1970, ms of the exporter's clock, its number."""

    time: int
    uptime: int
    number: int


@dataclass(frozen=True, slots=True)
class End:
    """What is in force of a domain where a file ends: templates with the file that sent them, rates, the clock.

    ``last`` is the head of its last message, ``following`` the number that the next one should have, or ``UNKNOWN``.
    """

    file: str
    last: Head
    following: int
    templates: Mapping[int, tuple[Template, str]]
    rates: Rates
    began: int

    def goes_on(self, head: Head, version: int, sent: Callable[[End], int]) -> bool:
        """Return whether a file whose first message has a head is of the same exporter, later.

        ``sent`` returns the records of that message by the templates of an end, -1 where they do not tell.
        """
        if not 0 <= head.time - self.last.time <= PAUSE:
            return False
        if version == 10:
            if head.number == self.following != 0:
                return True
            records = sent(self)
            return records > 0 and (head.number - records) % WRAP == self.last.number != 0
        drift = (_start(head) - _start(self.last) + WRAP // 2) % WRAP - WRAP // 2
        return abs(drift) <= APART and (head.number - self.following) % WRAP <= JUMP

    @property
    def size(self) -> int:
        """About the bytes that it takes."""
        return 512 + 64 * len(self.rates) + sum(len(one.definition) + 512 for one, _ in self.templates.values())


def _start(head: Head) -> int:
    return head.time // MILLI - head.uptime


class Lending:
    """What the files of one run that were read so far can lend, in bounded memory."""

    def __init__(self) -> None:
        self._ends: OrderedDict[Domain, list[End]] = OrderedDict()
        self._said: dict[tuple[int, int, int], bytes] = {}
        self._bytes = 0

    def after(self, domain: Domain, head: Head, sent: Callable[[End], int]) -> End | None:
        """Return the latest end from which a file goes on, with the templates on which no files disagree."""
        ends = [end for end in self._ends.get(domain, ()) if end.goes_on(head, domain[1], sent)]
        if not ends:
            return None
        end = max(reversed(ends), key=lambda one: one.last.time)  # of one second, the one that was read last
        agreed = {
            number: lent
            for number, lent in end.templates.items()
            if self._said.get((*domain, number)) == _sign(lent[0])
        }
        return replace(end, templates=agreed)

    def said(self, domain: Domain, number: int, template: Template) -> None:
        """Take a template that a file sent itself."""
        key = (*domain, number)
        known = self._said.get(key)
        if known is None:
            if len(self._said) < MOST_SAID:
                self._said[key] = _sign(template)
        elif known != _sign(template):
            self._said[key] = _DISAGREED

    def keep(self, domain: Domain, end: End) -> None:
        """Keep the end of a file."""
        ends = self._ends.setdefault(domain, [])
        self._ends.move_to_end(domain)
        ends.append(end)
        self._bytes += end.size
        if len(ends) > MOST_ENDS:
            self._bytes -= ends.pop(0).size
        while self._bytes > MOST_BYTES and len(self._ends) > 1:
            self._bytes -= sum(one.size for one in self._ends.popitem(last=False)[1])


def _sign(template: Template) -> bytes:
    return sha256(b"%d %d " % (template.options, template.scopes) + template.definition).digest()


@dataclass(slots=True)
class Borrowing:
    """What one file borrows of those before it, and lends at its end; ``file`` is its name."""

    lending: Lending
    file: str
    _last: dict[Domain, tuple[Head, int]] = field(default_factory=dict)  # and the number of the next message
    _lent: dict[Key, tuple[Template, str]] = field(default_factory=dict)  # that may still be needed
    _taken: dict[Key, tuple[Template, str]] = field(default_factory=dict)  # that are in force
    _records: Counter[str] = field(default_factory=Counter)  # by the file whose template decoded them
    _sampled: set[str] = field(default_factory=set)

    def begin(self, rows: Array, templates: Templates, options: Options, count: Count) -> None:
        """See which domains begin with some sets: what is known of them; templates of options are in force at once."""
        versions = rows[:, sets.S_VERSION]
        which = np.flatnonzero((versions >= 9) & (versions <= 10) & (rows[:, sets.S_ID] < sets.MALFORMED))
        exporters = rows[which][:, [sets.S_EXPORTER, sets.S_DOMAIN, sets.S_VERSION]]
        for exporter, number, version, place in _firsts(exporters, which):
            domain = (number, version)
            if domain in self._last or len(self._last) == MOST_DOMAINS:
                continue
            head = _head(rows[place])
            self._last[domain] = head, UNKNOWN
            message = np.flatnonzero(rows[:, sets.S_MESSAGE] == rows[place, sets.S_MESSAGE]).tolist()
            end = self.lending.after(domain, head, partial(_sent, rows[message], count))
            if end is None:
                continue
            if end.rates or end.began:
                options.apply((exporter, *domain), dict(end.rates), end.began)
                self._sampled.add(end.file)
            for identifier, lent in end.templates.items():
                key = (exporter, *domain, identifier)
                self._lent[key] = lent
                if lent[0].options:
                    self.take(key, templates)

    def get(self, key: Key) -> Template | None:
        """Return a template that is lent for a key of which the file has told none, and that is not in force."""
        lent = self._lent.get(key)
        return lent[0] if lent else None

    def waiting(self) -> list[Key]:
        """Return the keys of what is lent and not in force."""
        return list(self._lent)

    def take(self, key: Key, templates: Templates) -> Template:
        """Put a template that is lent into force."""
        lent = self._taken[key] = self._lent.pop(key)
        templates.put(key, lent[0])
        return lent[0]

    def own(self, key: Key) -> None:
        """Give up what was lent: the file told a template of its own, or withdrew it."""
        self._lent.pop(key, None)
        self._taken.pop(key, None)

    def withdrawn(self, key: Key, options: bool) -> list[tuple[Key, None]]:
        """Return what is lent of a key's domain and is withdrawn when all its templates, or those of options, are."""
        return [(one, None) for one, (lent, _) in self._lent.items() if one[:3] == key[:3] and lent.options == options]

    def decoded(self, key: Key, layout: Layout, number: int) -> None:
        """Count records that were decoded, if a borrowed template did it."""
        if key in self._taken and not layout.options:
            self._records[self._taken[key][1]] += number

    def follow(self, rows: Array, counts: Array, templates: Templates, count: Count) -> None:
        """Follow the numbers of the messages of some sets; ``counts`` are their records, -1 of those that wait."""
        versions = rows[:, sets.S_VERSION]
        which = np.flatnonzero((versions >= 9) & (versions <= 10))[::-1]
        columns = rows[which][:, [sets.S_EXPORTER, sets.S_DOMAIN, sets.S_VERSION]]
        for exporter, number, version, place in _firsts(columns, which):
            if (number, version) not in self._last:
                continue
            head = _head(rows[place])
            records = 1
            if version == 10:
                same = np.flatnonzero(rows[:, sets.S_MESSAGE] == rows[place, sets.S_MESSAGE]).tolist()
                each = [int(counts[at]) for at in same]
                for at, known in enumerate(each):
                    if known < 0:
                        key = (exporter, number, version, int(rows[same[at], sets.S_ID]))
                        each[at] = count(rows[same[at]], templates.get(key) or self.get(key))
                bad = min(each) < 0 or any(rows[at, sets.S_ID] >= sets.MALFORMED for at in same)
                records = UNKNOWN if bad else sum(each)
            self._last[number, version] = head, UNKNOWN if records == UNKNOWN else (head.number + records) % WRAP

    def close(self, templates: Templates, options: Options) -> Iterator[Message]:
        """Lend what is in force at the end of the file; yield what was borrowed."""
        held: dict[Domain, dict[int, tuple[Template, str]]] = {domain: {} for domain in self._last}
        for key, template in templates.items():
            _, number, version, identifier = key
            if (number, version) in held:
                held[number, version][identifier] = self._taken.get(key, (template, self.file))
                if key not in self._taken:
                    self.lending.said((number, version), identifier, template)
        for domain, (last, following) in self._last.items():
            rates, began = options.rates.get((0, *domain), {}), options.began.get((0, *domain), 0)
            self.lending.keep(domain, End(self.file, last, following, held[domain], dict(rates), began))
        yield from (_borrowed(count, file) for file, count in sorted(self._records.items()) if count)
        yield from map(_sampling, sorted(self._sampled))


def _sent(message: Array, count: Count, end: End) -> int:
    """Return the records of a message, whose sets are given, by the templates of an end; -1 where they do not tell."""
    found = 0
    for row in message:
        identifier = int(row[sets.S_ID])
        if identifier >= 256:
            records = count(row, end.templates.get(identifier, (None, ""))[0])
            if records < 0:
                return -1
            found += records
    return found


def _head(row: Array) -> Head:
    return Head(int(row[sets.S_TIME]), int(row[sets.S_UPTIME]), int(row[sets.S_SEQUENCE]))


def _firsts(columns: Array, which: Array) -> Iterator[tuple[int, int, int, int]]:
    """Yield each distinct row of columns with the place (of ``which``) where it comes first."""
    if not len(which):
        return
    if (columns == columns[0]).all():
        yield (*columns[0].tolist(), int(which[0]))
        return
    _, first = np.unique(columns, axis=0, return_index=True)
    for place in sorted(first.tolist()):
        yield (*columns[place].tolist(), int(which[place]))


def _borrowed(count: int, file: str) -> Message:
    return say("{count} {count:record was|records were} read by the templates of {file}: this file holds none for "
               "them, and goes on from it by its exporter’s clock and numbers",
               "{count} {count:enregistrement a été lu|enregistrements ont été lus} avec les modèles de {file} : ce "
               "fichier n’en donne pas pour eux, et en est la suite d’après l’horloge et les numéros de l’exportateur",
               count=count, file=file)  # fmt: skip


def _sampling(file: str) -> Message:
    return say("what {file} tells of its exporter’s sampling and clock holds here too: this file goes on from it",
               "ce que {file} dit de l’échantillonnage et de l’horloge de l’exportateur vaut aussi ici : ce fichier en "
               "est la suite", file=file)  # fmt: skip
