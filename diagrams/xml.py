"""XML documents out of nested elements; every text is made printable, so that XML 1.0 can carry it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from cloison.diagrams.printable import no_command, printable

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its name, its attributes in order, and its children, or its lines of text."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: Sequence[Element] = ()
    lines: Sequence[str] = ()


def document(root: Element) -> bytes:
    """Return the document of one root element, indented, in UTF-8."""
    lines: list[str] = []
    _add(root, lines, "")
    return (PROLOG + "\n".join(lines) + "\n").encode("utf-8", "replace")


def _add(element: Element, lines: list[str], indent: str) -> None:
    attributes = "".join(f' {name}="{escape(printable(value))}"' for name, value in element.attributes.items())
    opened = f"{indent}<{element.name}{attributes}"
    if element.children:
        lines.append(f"{opened}>")
        for child in element.children:
            _add(child, lines, indent + "  ")
        lines.append(f"{indent}</{element.name}>")
    elif element.lines:
        text = "\n".join(escape(no_command(printable(line)), quote=False) for line in element.lines)
        lines.append(f"{opened}>{text}</{element.name}>")
    else:
        lines.append(f"{opened}/>")
