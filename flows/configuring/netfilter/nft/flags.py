"""TCP flags of nft rules, and what the reading of values shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloison.flows.configuring.netfilter import values
from cloison.flows.configuring.netfilter.boxes import Match, Part, box
from cloison.flows.configuring.netfilter.nft.selectors import UndecidedError
from cloison.flows.configuring.netfilter.states import ABOUT_FLAGS, FLAGS, flagged
from cloison.netmodel.finding import Message, say


def plain(item: Any) -> Any:
    """Return an element without its comment, counter and time to live."""
    while isinstance(item, dict) and "elem" in item:
        inner = item["elem"]
        item = inner.get("val") if isinstance(inner, dict) else inner
    return item


def is_flags(left: Any) -> bool:
    """Say whether an expression is of TCP flags, under a mask or not."""
    inner = left["&"][0] if isinstance(left, dict) and isinstance(left.get("&"), list) and left["&"] else left
    return isinstance(inner, dict) and inner.get("payload") == {"protocol": "tcp", "field": "flags"}


def _bits(item: Any) -> int:
    """Return the value of flags: ``syn``, ``["syn", "ack"]``, ``{"|": [...]}`` or a number."""
    item = plain(item)
    if isinstance(item, dict) and set(item) == {"|"}:
        item = item["|"]
    if isinstance(item, list):
        found = 0
        for part in item:
            found |= _bits(part)
        return found
    if isinstance(item, (str, int)) and not isinstance(item, bool):
        return values.number(item, {**FLAGS, "ece": FLAGS["ecn"]}, 255)
    raise UndecidedError(unknown(item))


def flags(left: Any, op: str, right: Any) -> Match:
    """Return the packets whose flags pass a test; raises ``UndecidedError``."""
    mask = 255
    if "&" in left:
        if len(left["&"]) != 2:
            raise UndecidedError(unknown(left))
        mask = _bits(left["&"][1])
    item = plain(right)
    alternatives: list[int]
    if isinstance(item, dict) and set(item) == {"set"}:
        alternatives = [_bits(part) for part in (item["set"] if isinstance(item["set"], list) else [item["set"]])]
    elif isinstance(item, str) and item.startswith("@"):
        raise UndecidedError(unknown(item))
    else:
        alternatives = [_bits(item)]
    wanted = alternatives[0]
    tests: dict[str, Callable[[int], bool]] = {
        "==": lambda value: value & mask in alternatives,
        "!=": lambda value: value & mask not in alternatives,
        "in": lambda value: value & mask & wanted != 0,
        "!": lambda value: value & mask & wanted == 0,
    }
    if op not in tests or (op in ("in", "!") and len(alternatives) > 1):
        raise UndecidedError(unknown(op))
    sure, may = flagged(tests[op])
    found = [Part(box(services=sure))] if sure else []
    return (*found, *([Part(box(services=may), ABOUT_FLAGS)] if may else ()))


def unknown(what: Any) -> Message:
    """Return the message that something is not understood."""
    text = what if isinstance(what, str) else repr(what)
    return say("{what} is not understood", "{what} n’est pas compris", what=text[:120])
