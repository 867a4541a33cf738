"""Dialects of firewalls as targets: what must hold of the reading of any text, and inputs that are changed as texts.

An input is the files of one device, each followed by a NUL but the last; a file may begin with its name and ``\\x01``.
"""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from cloison.flows.configuration import Configuration, Dialect, File, Stage, Term, Written
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import counted, dialects
from cloison.netmodel.collector import without_collector
from cloison.netmodel.finding import Finding, MapError, Message, Span
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

CASES = Path(__file__).parent.parent / "firewalls"
PREFIX = "firewall-"
MOST_SECONDS = 20.0  # of the processor, for one input of at most some tens of kilobytes
LONGEST_CASE = 40_000
_NAMED = re.compile(r"([\w.-]{1,80})\x01")


def firewalls() -> Mapping[str, Any]:
    """Return a target for every dialect."""
    return {PREFIX + name: partial(dialect, entry) for name, entry in dialects().items()}


@cache
def cases(target: str) -> tuple[bytes, ...]:
    """Return the good and bad cases of a dialect's tests as inputs; none for any other target."""
    found = []
    if target.startswith(PREFIX):
        folder = CASES / target.removeprefix(PREFIX)
        for expected in sorted(folder.glob("*.expect.csv")):
            stem = expected.name.removesuffix(".expect.csv")
            paths = [path for path in sorted(folder.glob(f"{stem}.*")) if path != expected]
            paths += sorted((folder / stem).iterdir()) if (folder / stem).is_dir() else []
            data = b"\0".join(path.name.encode() + b"\1" + path.read_bytes() for path in paths)
            if len(data) <= LONGEST_CASE:
                found.append(data)
    return tuple(found)


def files(data: bytes) -> list[File]:
    """Return the files of an input, their line ends as the loader leaves them."""
    found = []
    for number, part in enumerate(data.split(b"\0")):
        try:
            text = part.decode("utf-8")
        except UnicodeDecodeError:
            text = part.decode("latin-1")
        named = _NAMED.match(text)
        name = f"{number}-{named.group(1)}" if named else f"{number}"
        text = text[named.end() if named else 0 :].replace("\r\n", "\n").replace("\r", "\n")
        if text.strip():
            found.append(File(name, text))
    return found


def dialect(entry: Dialect, data: bytes, fast: bool) -> Any:
    """Read a device's files: a configuration that is well formed, or errors that say where; always the same."""
    given = files(data)
    for file in given:
        assert isinstance(entry.recognises(file), bool)
    if not given:
        return None
    begun = time.process_time()
    try:
        with without_collector():
            found = counted(entry.read(given, _tick), given[0])
    except MapError as refused:
        errors(refused.findings, given)
        return [item.message.say("en") for item in refused.findings]
    finally:
        assert time.process_time() - begun < MOST_SECONDS, "it takes too long"
    well_formed(found, given)
    return hashlib.sha256(repr(found).encode("utf-8", "backslashreplace")).hexdigest()


def _tick(done: int, total: int) -> None:
    assert 0 <= done <= total


def errors(findings: Sequence[Finding], given: Sequence[File]) -> None:
    """Check what a refusal says: something, in both languages, at a place of the files."""
    assert findings
    for item in findings:
        said(item.message)
        assert item.spans
        for span in item.spans:
            within(span, given)


def said(message: Message) -> None:
    for language in ("en", "fr"):
        text = message.say(language)
        assert text
        assert len(text) < 3000, len(text)


def within(span: Span, given: Sequence[File]) -> None:
    """Check that a place is one of the files' (a file's end included)."""
    text = next((file.text for file in given if file.name == span.file), None)
    assert text is not None, span
    lines = _lines(text)
    assert 0 <= span.line <= len(lines), span
    if span.line:
        assert 0 <= span.column <= len(lines[span.line - 1]) + 1, span
    else:
        assert not span.column, span


@cache
def _lines(text: str) -> list[str]:
    return text.split("\n")


def written(item: Written, given: Sequence[File]) -> None:
    within(item.span, given)
    assert item.text.strip(), item
    assert len(item.text) <= 400, item
    assert item.hits is None or item.hits >= 0


def well_formed(found: Configuration, given: Sequence[File]) -> None:
    """Check a configuration: counted, placed, in form, of one family a rule, and no packet without a fate."""
    assert found.understood >= 0
    assert found.harmless >= 0
    names = {item.name for item in found.interfaces}
    assert len(names) == len(found.interfaces), "an interface twice"
    for interface in found.interfaces:
        addresses(interface.addresses)
        addresses(interface.networks)
        if interface.span is not None:
            within(interface.span, given)
    for left in found.undecided:
        written(left.written, given)
        said(left.why)
    for translation in found.translations:
        written(translation.written, given)
        addresses(translation.outside)
        addresses(translation.inside)
        for outside, inside in translation.services:
            services(outside)
            services(inside)
    for stages in (found.forward, found.input, found.output):
        for stage in stages or ():
            if stage.closing is not None:
                written(stage.closing, given)
            for term in stage.terms:
                well_formed_term(term, names, given)
        fates(stages or (), names)


def well_formed_term(term: Term, names: set[str], given: Sequence[File]) -> None:
    written(term.written, given)
    addresses(term.sources)
    addresses(term.destinations)
    services(term.services)
    if term.sources and term.destinations:  # a rule that holds nothing, of an empty group, may be there
        assert any(term.sources.overlaps(family) and term.destinations.overlaps(family) for family in (V4, V6)), term
    for side in (term.arriving, term.leaving):
        assert all(name in names or name.endswith("*") for name in side or ()), term
    assert term.sure or term.doubt is not None, term
    assert term.action != "unknown" or term.doubt is not None, term
    if term.doubt is not None:
        said(term.doubt)


def addresses(found: IntervalSet) -> None:
    assert found <= ANY
    assert found == IntervalSet.union(found.ranges)


def services(found: ServiceSet) -> None:
    assert found <= EVERY_SERVICE
    last = (-1, ServiceSet())
    for low, high, sources in found.segments:
        assert last[0] < low <= high
        assert sources
        assert sources == IntervalSet.union(sources.ranges)
        assert last[0] + 1 < low or last[1] != sources
        last = (high, sources)  # type: ignore[assignment]


def fates(stages: Sequence[Stage], names: Iterable[str]) -> None:
    """Ask the fate of packets at the edges of the terms."""
    every = sorted(names) or [""]
    for number, term in enumerate(_some(stages)):
        if not (term.sources and term.destinations and term.services):
            continue
        _, protocol, low, source, phase = _packet(term.services)
        for place in (term.sources.least(), term.sources.greatest() + 1):
            probe = Probe(place, term.destinations.least(), protocol, low, source, phase,
                          every[number % len(every)], every[-1 - number % len(every)])  # fmt: skip
            assert fate(stages, probe).word in ("permit", "deny", "unknown")


def _some(stages: Sequence[Stage]) -> Iterator[Term]:
    for stage in stages:
        yield from stage.terms[:8]
        yield from stage.terms[-4:]


def _packet(found: ServiceSet) -> tuple[int, int, int, int, int]:
    low, _, sources = found.segments[0]
    source = sources.least()
    return low, low >> 16, low & 0xFFFF, source & 0xFFFF, 2 if source >> 16 else 1


# --- texts that are changed as texts ----------------------------------------------------------------------------------

_WORD = re.compile(rb"[\w.:/@$*!-]+|[^\w\s]|\s+")
_ODD = (
    b"0", b"-1", b"4294967296", b"99999999999999999999", b"0.0.0.0", b"255.255.255.255", b"0.0.0.0/0", b"::/0", b"any",
    b"!", b'"', b"{", b"}", b"[", b"]", b"null", b"true", b"\n", b";", b"\xc3\xa9", b"\xff", b"::ffff:10.0.0.1",
    b"10.0.0.9-10.0.0.1", b"65535", b"65536", b"\xd9\xa3", b"\xc2\xb2", b"$x", b"x" * 300,
    b"1.5", b"1e9", b"*", b"\\", b"'", b"#",
)  # fmt: skip


def reworded(dice: random.Random, original: bytes, others: Sequence[bytes]) -> bytes:
    """Return an input with lines or words taken away, doubled, exchanged, or put in from another one."""
    data = original
    for _ in range(dice.choice((1, 1, 1, 2, 4, 12))):
        how = dice.randrange(9)
        if how < 4:
            parts = data.split(b"\n")
            other = dice.choice(others).split(b"\n") if others else parts
        else:
            parts = _WORD.findall(data)
            other = _WORD.findall(dice.choice(others)) if others else parts
        if not parts or not other:
            continue
        at, to = dice.randrange(len(parts)), dice.randrange(len(parts))
        if how in (0, 4):
            del parts[at : at + dice.choice((1, 1, 1, 3, 10))]
        elif how in (1, 5):
            parts[at], parts[to] = parts[to], parts[at]
        elif how == 2:
            parts[at:at] = parts[to : to + dice.randrange(1, 6)]
        elif how in (3, 6):
            begun = dice.randrange(len(other))
            parts[at:at] = other[begun : begun + (dice.randrange(1, 6) if how == 3 else 1)]
        elif how == 7:
            parts[at] = dice.choice(_ODD)
        else:
            parts[at] = parts[to]
        data = (b"\n" if how < 4 else b"").join(parts)
    if dice.random() < 0.05:
        data = data[: dice.randrange(len(data) + 1)]
    return data
