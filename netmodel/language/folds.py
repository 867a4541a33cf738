"""Entries that are written alike are kept from the YAML parser, which reads a placeholder in the place of each.

A large map is thousands of entries of a few forms. Once several of a kind went by, the parser is asked about one
(:mod:`.forms`); the others that fit its form are handed over as ``key: "placeholder"`` on as many lines. So it is
still the parser that says where entries begin, what their keys are and whether the text around them is well formed,
and whoever reads its events sees whether a placeholder is the value that it stands for.

Entries that follow one another line by line at one depth are a run: where the parser takes the first for an entry of a
block mapping, the others are entries of the same mapping, and one placeholder stands for all of them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.forms import Form, learn
from cloison.netmodel.language.marks import BITS

PLACEHOLDER = "\ue000"  # a private character; a file that holds it is read without folds

_SIGHTINGS = 4  # entries of a kind before the parser is asked about one, and again at twice, four times as many
_MOST_KINDS = 20_000
_MOST_FORMS = 4_000
_MOST_LINES = 400  # a pattern takes about a millisecond to compile
_MOST_ALIKE = 8  # patterns of lines that begin alike, such as lists of one item, of two...
_USUAL = 1_000  # entries of a form before all of its lines become one pattern
_MOST_USUAL = 4
_COLUMN = (1 << BITS) - 1
_LEAST, _MOST = 7, 128  # scalars and containers of a form: fewer are read as fast by the parser
_LONGEST = 8_000  # characters of an entry
_LONGEST_KEY = 256  # characters of a key that the parser is not asked about; it takes four times as many
_RUN = 1_000  # entries
_BLOCK = 1 << 16  # bytes handed to the parser at once

# a key alone on its line with the deeper lines below it, or with one value in braces or brackets
_ENTRY = re.compile(
    rb"^( *)[A-Za-z0-9_\x80-\xff][^\x00-\x20\x7f,\[\]{}?#:\"'\\]*+:"
    rb"((?: +[{\[][^\n]*|\n\1 +[^ \n][^\n]*)(?:\n\1 +[^ \n][^\n]*){0,63}+)\n"
    rb"(?!(?: *(?:#[^\n]*)?\n){0,64}+\1 )",
    re.MULTILINE,
)


class Fold(NamedTuple):
    """An entry kept from the parser: its bytes from ``begin`` to ``end``, its key, the marks of key and value.

    ``placeholder`` is the mark of what stands in the place of its value, if it is the first of its run.
    """

    begin: int
    end: int
    key: str
    at: int
    placeholder: int
    start: int
    value: Raw
    form: Form


class Folding:
    """A YAML text as a stream for the parser, in which entries of known forms are placeholders.

    ``folds`` are the runs that the parser was given and whoever reads its events has not yet taken.
    """

    def __init__(self, data: bytes, parser: Callable[[str], Any], share: Callable[[str, str], str]) -> None:
        self.folds: deque[list[Fold]] = deque()
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
        run: list[Fold] = []
        held = line = done = counted = at = 0  # done: bytes handed over; counted: bytes whose line ends were counted
        while (entry := form_of(data, at)) is not None:
            begin, end = entry.span()
            indent = entry.end(1) - begin
            colon = entry.start(2)
            found = find(data[begin:end], colon - begin) if end - begin <= _LONGEST else None
            if found is None:
                at = data.index(b"\n", begin) + 1  # what it holds may still be of a known form
                continue
            form, scalars = found
            at = end
            line += data.count(b"\n", counted, begin)
            counted = begin
            head = len(data[begin:colon].decode())
            start = line + form.line << BITS | (form.column if form.line else head + form.column)
            key = data[begin + indent : colon - 1].decode()
            key = self._share(key, key)
            value = form.value(scalars, self._share)
            fold = Fold(begin, end, key, line << BITS | indent, line << BITS | head + 1, start, value, form)
            if run and begin == done and indent == run[0].at & _COLUMN and len(run) < _RUN and _plain(key):
                run.append(fold)
                pieces[-1] += b"\n" * data.count(b"\n", begin, end)
                done = end
                continue
            if held > _BLOCK or len(pieces) > 3_000:
                yield b"".join(pieces)
                pieces.clear()
                held = 0
            run = [fold]
            self.folds.append(run)
            pieces += data[done:colon], _IN_PLACE, b"\n" * data.count(b"\n", colon, end)
            held += colon - done
            done = end
        if pieces:  # an empty block would be the end of the text
            yield b"".join(pieces)
        while done < len(data):
            yield data[done : done + _BLOCK]
            done += _BLOCK


_IN_PLACE = f' "{PLACEHOLDER}"'.encode()


def _plain(key: str) -> bool:
    """Tell whether the parser would read a key as it is written: what is not printable or too long it refuses."""
    return len(key) <= _LONGEST_KEY and key.isascii()


class _Forms:
    """The forms that are known so far, by the numbers of their lines' patterns; patterns by how their lines begin."""

    def __init__(self, parser: Callable[[str], Any]) -> None:
        self._parser = parser
        self._forms: dict[tuple[int, ...], Form] = {}
        self._patterns: dict[str, list[tuple[int, Callable[[str], re.Match[str] | None]]]] = {}
        self._numbers: dict[str, int] = {}  # of patterns
        self._seen: dict[int, int] = {}  # unknown entries, by the hash of their lines
        self._found: dict[tuple[int, ...], int] = {}  # known ones, by their form
        self._usual: list[tuple[Form, Callable[[str], re.Match[str] | None]]] = []  # the last that fitted comes first

    def find(self, entry: bytes, head: int) -> tuple[Form, Sequence[str]] | None:
        """Return the form of an entry and its scalars; ``head`` counts the bytes of its key, the colon included."""
        text = entry[head:-1].decode()
        for place, (form, match) in enumerate(self._usual):
            if (fit := match(text)) is not None:
                if place:
                    self._usual.insert(0, self._usual.pop(place))
                return form, fit.groups()
        scalars: list[str] = []
        numbers: list[int] = []
        lines = text.split("\n")
        for line in lines:
            begin, space, _ = line.partition(": ")
            for number, match in self._patterns.get(begin if space or line[-1:] == ":" else "", ()):
                if (fit := match(line)) is not None:
                    numbers.append(number)
                    scalars += fit.groups()
                    break
            else:
                break
        else:
            known = self._forms.get(tuple(numbers))
            if known is not None:
                self._count(tuple(numbers), known)
                return known, scalars
        self._ask(entry, lines, tuple(numbers))
        return None

    def _count(self, numbers: tuple[int, ...], form: Form) -> None:
        found = self._found[numbers] = self._found.get(numbers, 0) + 1
        if found == _USUAL and len(self._usual) < _MOST_USUAL:
            self._usual.append((form, re.compile("\n".join(form.lines)).fullmatch))

    def _ask(self, entry: bytes, lines: list[str], numbers: tuple[int, ...]) -> None:
        """Ask the parser about an entry of no known form, once enough of its kind went by."""
        whole = len(numbers) == len(lines)
        kind = hash(numbers if whole else tuple([_begin(line) for line in lines]))
        if kind not in self._seen and len(self._seen) >= _MOST_KINDS:
            return
        seen = self._seen[kind] = self._seen.get(kind, 0) + 1
        full = len(self._forms) >= _MOST_FORMS or (len(self._numbers) >= _MOST_LINES and not whole)
        if full or seen < _SIGHTINGS or seen & (seen - 1):
            return
        form = learn(entry.decode(), self._parser)
        if form is None or not _LEAST <= form.size <= _MOST:
            return
        new = [line for pattern, line in zip(form.lines, lines, strict=True) if pattern not in self._numbers]
        if any(len(self._patterns.get(_begin(line), ())) >= _MOST_ALIKE for line in new):
            return
        for pattern, line in zip(form.lines, lines, strict=True):
            if pattern not in self._numbers:
                number = self._numbers[pattern] = len(self._numbers)
                self._patterns.setdefault(_begin(line), []).append((number, re.compile(pattern).fullmatch))
        self._forms[tuple([self._numbers[pattern] for pattern in form.lines])] = form


def _begin(line: str) -> str:
    """Return what comes before the first value of a line, where there is a key: its patterns are found by it."""
    begin, space, _ = line.partition(": ")
    return begin if space or line[-1:] == ":" else ""
