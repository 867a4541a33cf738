"""What an output is: a name, its files' suffixes, its media type, and how it writes a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report


class Write(Protocol):
    """Writes a report as bytes; ``colour`` is for a terminal alone."""

    def __call__(self, report: Report, lang: Lang, *, colour: bool = False) -> bytes:
        """Return the document; raises ``MapError`` when the report has nothing for this output."""


@dataclass(frozen=True, slots=True)
class Output:
    """A form in which reports are written; ``binary`` is never for a terminal, ``stream`` writes piece by piece."""

    name: str
    title: Text
    suffixes: tuple[str, ...]
    media: str
    write: Write
    binary: bool = False
    picture: bool = False  # it draws a report's views where there are some
    stream: Callable[[Report], Iterator[bytes]] | None = None
