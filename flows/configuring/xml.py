"""XML of a configuration -> elements with their lines: no DTD, no entity, no outer reference, bounded depth and size.

Source: XML 1.0 (W3C, fifth edition); the refusals are defusedxml's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from cloison.flows.configuration import File, Tick
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say

MOST_DEPTH = 100
MOST_ELEMENTS = 20_000_000
_CHUNK = 1 << 20


_TAG = re.compile(r"<!--.*?-->|<([A-Za-z_][\w.:-]*)", re.DOTALL)
_HEAD = 1 << 16


def first_tag(text: str) -> str:
    """Return the tag of a text's root element, by its first characters alone; empty where it is no XML."""
    if not text.lstrip().startswith("<"):
        return ""
    return next((found.group(1) for found in _TAG.finditer(text, 0, _HEAD) if found.group(1)), "")


class Element:
    """An element: its tag, attributes, own text (without that of its children), children and place (from 1)."""

    __slots__ = ("attributes", "children", "column", "line", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], line: int, column: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.line = line
        self.column = column
        self.text = ""
        self.children: list[Element] = []

    def child(self, *tags: str) -> Element | None:
        """Return the first element that the tags lead to."""
        here: Element | None = self
        for tag in tags:
            here = next((item for item in here.children if item.tag == tag), None) if here is not None else None
        return here

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield every element that the tags lead to, in order."""
        if not tags:
            yield self
            return
        for item in self.children:
            if item.tag == tags[0]:
                yield from item.all(*tags[1:])

    def said(self, *tags: str) -> str:
        """Return the text of the first element that the tags lead to, or an empty text."""
        found = self.child(*tags)
        return found.text if found is not None else ""

    def size(self) -> int:
        """Count the elements within that hold a value, itself included when it holds one."""
        count, rest = 0, [self]
        while rest:
            item = rest.pop()
            count += not item.children
            rest += item.children
        return count


class _TooMuchError(Exception):
    """The file is deeper or larger than a configuration is."""


class _Builder(ContentHandler):
    def __init__(self, parser: Any) -> None:
        super().__init__()
        self._parser = parser
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self.root: Element | None = None

    @property
    def deepest(self) -> str:
        return self._open[-1].tag if self._open else ""

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the interface's name
        element = Element(
            name, dict(attrs.items()) if len(attrs) else {}, self._parser.getLineNumber(),
            self._parser.getColumnNumber() + 1,
        )  # fmt: skip
        self._count += 1
        if len(self._open) >= MOST_DEPTH or self._count > MOST_ELEMENTS:
            raise _TooMuchError
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def endElement(self, name: str) -> None:  # noqa: N802 - the interface's name
        element = self._open.pop()
        element.text = "".join(self._texts.pop()).strip()

    def characters(self, content: str) -> None:
        self._texts[-1].append(content)


def parse(file: File, notes: Notes, tick: Tick = lambda done, total: None) -> Element | None:
    """Return the root of a file, or ``None`` after an error in ``notes`` that says why there is none."""
    parser: Any = DefusedExpatParser(forbid_dtd=True)
    builder = _Builder(parser)
    parser.setContentHandler(builder)
    try:
        for at in range(0, len(file.text), _CHUNK):
            parser.feed(file.text[at : at + _CHUNK])
            tick(min(at + _CHUNK, len(file.text)), len(file.text))
        parser.close()
    except DefusedXmlException:
        _refuse(
            file,
            parser,
            notes,
            say(
                "A DTD, an entity or an external reference: a configuration has none, and none is ever followed",
                "Une DTD, une entité ou une référence externe : une configuration n’en a pas, et aucune n’est suivie",
            ),
        )
    except _TooMuchError:
        _refuse(
            file,
            parser,
            notes,
            say(
                "The XML is nested more than {depth} deep, or has more than {most} elements",
                "Le XML est imbriqué sur plus de {depth} niveaux, ou a plus de {most} éléments",
                depth=MOST_DEPTH,
                most=MOST_ELEMENTS,
            ),
        )
    except (SAXParseException, ValueError) as problem:
        line = problem.getLineNumber() if isinstance(problem, SAXParseException) else 0
        column = problem.getColumnNumber() if isinstance(problem, SAXParseException) else 0
        why = problem.getMessage() if isinstance(problem, SAXParseException) else str(problem)
        notes.error(file.span(line or 1, (column or 0) + 1), say(
            "The XML is broken or cut short here ({why}); the innermost open element is {element}",
            "Le XML est rompu ou tronqué ici ({why}) ; l’élément ouvert le plus profond est {element}",
            why=why, element=builder.deepest or "?"))  # fmt: skip
    else:
        return builder.root
    return None


def _refuse(file: File, parser: Any, notes: Notes, message: Any) -> None:
    notes.error(file.span(parser.getLineNumber() or 1, (parser.getColumnNumber() or 0) + 1), message)
