"""The elements of PAN-OS -> what each may bear on: objects on what names them, rules on themselves, others on all.

Source: Palo Alto Networks, PAN-OS Administrator's Guide, "Objects": an address, a service or a group of them does
nothing until something names it, but an object with a tag, which a dynamic group chooses by the tag.
"""

from __future__ import annotations

from cloison.flows.configuring.surroundings import Surroundings, whole
from cloison.flows.configuring.xml import Element

_NAMED = frozenset({"address", "address-group", "service", "service-group"})
_BASES = frozenset({"rulebase", "pre-rulebase", "post-rulebase"})
_HOLDERS = frozenset({"config", "shared", "panorama", "devices", "vsys", "device-group"})


def bearing(into: Surroundings, root: Element) -> None:
    """Add what the elements of a configuration bear on."""
    waiting = [root]
    while waiting:
        holder = waiting.pop()
        into.other(_own(holder))
        for part in holder.children:
            if part.tag in _HOLDERS or (part.tag == "entry" and holder.tag in _HOLDERS):
                waiting.append(part)
            elif part.tag in _NAMED:
                _objects(into, part)
            elif part.tag in _BASES:
                for base in part.children:
                    if base.tag != "security":
                        into.other(text_of(base))
                        continue
                    for inner in base.children:
                        if inner.tag != "rules" or any(item.tag != "entry" for item in inner.children):
                            into.other(text_of(inner))
            else:
                into.other(text_of(part))


def _objects(into: Surroundings, kind: Element) -> None:
    for item in kind.children:
        if item.tag == "entry" and item.child("tag") is None:
            into.define(whole(item.attributes.get("name", "")), f"{kind.tag} {text_of(item)}")
        else:
            into.other(f"{kind.tag} {text_of(item)}")


def _own(element: Element) -> str:
    attributes = (f"{key} {whole(value)}" for key, value in element.attributes.items())
    text = element.text.strip()
    return " ".join((element.tag, *attributes, whole(text), *(text.split() if " " in text else ())))


def text_of(element: Element) -> str:
    """Return the text of an element with all in it, a value a word, and the words of each value."""
    lines: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            lines.append(item)
            continue
        lines.append(_own(item))
        if item.children:
            waiting.append("end")
            waiting += item.children[::-1]
    return "\n".join(lines)
