"""Templates: what an exporter says its records look like, kept by exporter, domain and identifier.

Sources: RFC 3954 sections 5.2, 6.1 (v9); RFC 7011 sections 3.4, 6.2, 7, 8 (IPFIX: enterprise elements, withdrawals).
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting.elements import ADDRESSES, ASA, FIXED, INPUT, TEMPLATE, WANTED, Field

Array = npt.NDArray[Any]
Key = tuple[int, int, int, int]  # exporter, domain, version, identifier

TEMPLATES, OPTIONS = 2, 3  # identifiers of sets that hold templates, as IPFIX numbers them
VARIABLE = 65535
MOST_BYTES = 1 << 24  # of definitions that are kept; the longest known is forgotten last
SCOPES = {2: INPUT, 5: TEMPLATE}  # v9 has own numbers for what options are about; of the others no field is read


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields that are read lie in a record whose fields of their own length were left out.

    ``places`` are offset and bytes by element; ``parts`` what ``sets.gather`` keeps of a record; ``least`` the bytes
    of the shortest record, ``size`` those that are kept. ``sound`` is false when a field has a length that it cannot
    have: no record of it is believed.
    """

    places: dict[int, tuple[int, int]]
    parts: Array
    size: int
    least: int
    sound: bool
    options: bool

    def has(self, *elements: int) -> bool:
        """Return whether one of the elements is in its records."""
        return any(element in self.places for element in elements)


def layout(fields: Sequence[Field], options: bool = False) -> Layout:
    """Return the layout of a template's fields; of two fields of one element, the first counts."""
    places: dict[int, tuple[int, int]] = {}
    parts: list[int] = []
    at = least = 0
    sound = True
    for entry in fields:
        if entry.size < 0:
            parts.append(-1)
            least += 1
            sound = sound and entry.element not in WANTED
            continue
        if entry.size and entry.element in WANTED:
            right = ADDRESSES.get(entry.element)
            sound = sound and (entry.size == right if right else entry.size <= 8)
            places.setdefault(entry.element, (at, entry.size))
        if entry.size and parts and parts[-1] >= 0:
            parts[-1] += entry.size
        elif entry.size:
            parts.append(entry.size)
        at += entry.size
        least += entry.size
    return Layout(places, np.array(parts, dtype=np.int64), at, least, sound, options)


@dataclass(slots=True)
class Template:
    """One template: its definition as it was sent, and its layout, made when the first record comes."""

    definition: bytes
    options: bool
    scopes: int
    version: int
    heard: int  # ns since 1970, when it was last sent
    _layout: Layout | None = None

    @property
    def layout(self) -> Layout:
        """Where its fields lie."""
        if self._layout is None:
            self._layout = layout(tuple(_fields(self)), self.options)
        return self._layout


def _fields(template: Template) -> Iterator[Field]:
    data = template.definition
    at = number = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from(">HH", data, at)
        at += 4
        element = kind
        if template.version == 10:
            if kind & 0x8000 and at + 4 <= len(data):
                element = (int.from_bytes(data[at : at + 4], "big") << 16) | (kind & 0x7FFF)
                at += 4
        else:
            element = SCOPES.get(kind, 0) if number < template.scopes else ASA.get(kind, kind)
        yield Field(element, -1 if size == VARIABLE else size)  # some exporters of v9 send strings in that way too
        number += 1


@dataclass(frozen=True, slots=True)
class Said:
    """What a set of templates says: templates by identifier (none: withdrawn), and whether its rest is malformed."""

    templates: list[tuple[int, Template | None]] = field(default_factory=list)
    all_withdrawn: bool = False
    malformed: bool = False


def read_templates(data: bytes, version: int, options: bool, heard: int) -> Said:
    """Return the templates of the content of one set."""
    found: list[tuple[int, Template | None]] = []
    at = 0
    everything = False
    while len(data) - at >= 4:
        identifier, number = struct.unpack_from(">HH", data, at)
        at += 4
        if version == 10 and number == 0:  # withdrawn (RFC 7011 section 8.1); the set's own number: all of them
            if identifier == (OPTIONS if options else TEMPLATES):
                everything = True
            elif identifier >= 256:
                found.append((identifier, None))
            elif identifier == 0 and not any(data[at:]):  # padding
                break
            else:
                return Said(found, everything, True)
            continue
        if identifier == 0 and number == 0 and not any(data[at:]):
            break
        scopes = 0
        if options:
            if len(data) - at < 2:
                return Said(found, everything, True)
            (second,) = struct.unpack_from(">H", data, at)
            at += 2
            if version == 10:
                scopes = second
                if not 0 < scopes <= number:
                    return Said(found, everything, True)
            else:  # v9 gives the bytes of both lists
                scopes, number = number // 4, (number + second) // 4
        stop = _end(data, at, number, version)
        if stop < 0 or identifier < 256:
            return Said(found, everything, True)
        found.append((identifier, Template(data[at:stop], options, scopes, version, heard)))
        at = stop
    return Said(found, everything, False)


def _end(data: bytes, at: int, number: int, version: int) -> int:
    """Return where a list of fields ends; -1 when it does not fit."""
    if version != 10:
        at += 4 * number
        return at if at <= len(data) else -1
    for _ in range(number):
        if at + 4 > len(data):
            return -1
        at += 8 if data[at] & 0x80 else 4
    return at if at <= len(data) else -1


class Templates:
    """The templates that are in force, in bounded memory: what was not heard of for longest is forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Template] = OrderedDict()
        self._bytes = 0
        self.forgotten = 0

    def get(self, key: Key) -> Template | None:
        """Return the template of a key, those of fixed layouts included."""
        return self._known.get(key)

    def same(self, key: Key, template: Template) -> bool:
        """Return whether a template is known as it is said again, which makes it heard of."""
        known = self._known.get(key)
        if known is None or (known.definition, known.options, known.scopes) != (
            template.definition, template.options, template.scopes,
        ):  # fmt: skip
            return False
        known.heard = max(known.heard, template.heard)
        self._known.move_to_end(key)
        return True

    def put(self, key: Key, template: Template) -> None:
        """Keep a template in the place of what was there."""
        self.drop(key)
        self._known[key] = template
        self._bytes += len(template.definition) + 256
        while self._bytes > MOST_BYTES and len(self._known) > 1:
            self.drop(next(iter(self._known)))
            self.forgotten += 1

    def drop(self, key: Key) -> bool:
        """Forget a template; return whether it was known."""
        known = self._known.pop(key, None)
        if known is not None:
            self._bytes -= len(known.definition) + 256
        return known is not None

    def known(self, key: Key) -> Template:
        """Return the template of a key that is known."""
        return self._known[key]

    def items(self) -> Iterator[tuple[Key, Template]]:
        """Yield every template with its key."""
        yield from self._known.items()

    def of(self, exporter: int, domain: int, version: int) -> list[Key]:
        """Return the keys of one exporter's domain."""
        return [key for key in self._known if key[:3] == (exporter, domain, version)]


FIXED_LAYOUTS = {version: layout(fields) for version, fields in FIXED.items()}
