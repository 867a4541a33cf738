"""Entries that are written alike are kept from the YAML parser, which reads a placeholder in the place of each.

A large map is thousands of entries of a few forms. Once several of a kind went by, the parser is asked about one
(:mod:`.forms`); the others that fit its form are handed over as ``key: "placeholder"`` on as many lines. So it is
still the parser that says where entries begin, what their keys are and whether the text around them is well formed,
and whoever reads its events sees whether a placeholder is the value that it stands for.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.forms import Form, learn
from cloison.netmodel.language.marks import BITS

PLACEHOLDER = "\ue000"  # a private character; a file that holds it is read without folds

_SIGHTINGS = 4  # entries of a kind before the parser is asked about one, and again at twice, four times as many
_MOST_KINDS = 10_000
_MOST_FORMS = 128  # a pattern takes some milliseconds to compile
_MOST_FORMS_OF_A_KIND = 8
_LONGEST = 8_000  # characters of an entry
_BLOCK = 1 << 16  # bytes handed to the parser at once

# a key alone on its line with the deeper lines below it, or with one value in braces or brackets
_ENTRY = re.compile(
    rb"^( *)[A-Za-z0-9_\x80-\xff][^\x00-\x20\x7f,\[\]{}?#:\"'\\]*+:"
    rb"((?: +[{\[][^\n]*|\n\1 +[^ \n][^\n]*)(?:\n\1 +[^ \n][^\n]*){0,63}+)\n"
    rb"(?!(?: *(?:#[^\n]*)?\n){0,64}+\1 )",
    re.MULTILINE,
)
_KEYS = re.compile(rb"(?<=[\x00-\x20,\[\]{}:])([^\x00-\x20,\[\]{}:]++):[ \n]")


class Fold(NamedTuple):
    """An entry kept from the parser: its bytes from ``begin`` to ``end``, the marks of its placeholder and value."""

    begin: int
    end: int
    placeholder: int
    start: int
    value: Raw
    form: Form


class Folding:
    """A YAML text as a stream for the parser, in which entries of known forms are placeholders.

    ``folds`` are those that the parser was given and whoever reads its events has not yet taken.
    """

    def __init__(self, data: bytes, parser: Callable[[str], Any], share: Callable[[str, str], str]) -> None:
        self.folds: deque[Fold] = deque()
        self._data = data
        self._forms = _Forms(parser)
        self._share = share
        self._blocks = self._folded()

    def read(self, _length: int = 0, /) -> bytes:
        """Return the next block of the text, of any size; none at its end."""
        return next(self._blocks, b"")

    def _folded(self) -> Iterator[bytes]:
        data, find, form_of = self._data, self._forms.find, _ENTRY.search
        pieces: list[bytes] = []
        held = line = done = counted = at = 0  # done: bytes handed over; counted: bytes whose line ends were counted
        while (entry := form_of(data, at)) is not None:
            begin, end = entry.span()
            colon, stop = entry.span(2)
            found = find(data[colon:stop], data, begin, end) if end - begin <= _LONGEST else None
            if found is None:
                at = data.index(b"\n", begin) + 1  # what it holds may still be of a known form
                continue
            form, scalars = found
            at = end
            line += data.count(b"\n", counted, begin)
            counted = begin
            head = len(data[begin:colon].decode())
            start = line + form.line << BITS | (form.column if form.line else head + form.column)
            value = form.value(scalars, self._share)
            self.folds.append(Fold(begin, end, line << BITS | head + 1, start, value, form))
            pieces += data[done:colon], _IN_PLACE, b"\n" * data.count(b"\n", colon, end)
            held += colon - done
            done = end
            if held > _BLOCK or len(pieces) > 3_000:
                yield b"".join(pieces)
                pieces.clear()
                held = 0
        if pieces:  # an empty block would be the end of the text
            yield b"".join(pieces)
        while done < len(data):
            yield data[done : done + _BLOCK]
            done += _BLOCK


_IN_PLACE = f' "{PLACEHOLDER}"'.encode()


class _Forms:
    """The forms that are known so far, by the keys of their entries; the last two that fitted are tried first."""

    def __init__(self, parser: Callable[[str], Any]) -> None:
        self._parser = parser
        self._known: dict[tuple[bytes, ...], list[Form]] = {}
        self._seen: dict[int, int] = {}  # unknown entries, by the hash of their keys
        self._count = 0
        self._last: list[Form] = []

    def find(self, value: bytes, data: bytes, begin: int, end: int) -> tuple[Form, tuple[str, ...]] | None:
        text = value.decode()
        for form in self._last:
            if (fit := form.match(text)) is not None:
                return form, fit.groups()
        keys = tuple(_KEYS.findall(value))
        known = self._known.get(keys, ())
        for form in known:
            if (fit := form.match(text)) is not None:
                self._last = [form, *self._last[:1]]
                return form, fit.groups()
        kind = hash(keys)
        if kind not in self._seen and len(self._seen) >= _MOST_KINDS:
            return None
        seen = self._seen[kind] = self._seen.get(kind, 0) + 1
        if seen < _SIGHTINGS or seen & (seen - 1) or self._count >= _MOST_FORMS or len(known) >= _MOST_FORMS_OF_A_KIND:
            return None
        learned = learn(data[begin:end].decode(), self._parser)
        if learned is None or (fit := learned.match(text)) is None:
            return None
        self._count += 1
        self._known.setdefault(keys, []).append(learned)
        return learned, fit.groups()
